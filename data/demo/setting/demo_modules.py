"""The training modules, and their combinations in rounds."""

from data.demo.basics.bilingual import Named

MODULES: dict[str, Named] = {
    "m1": Named("Workplace Cooperation", "工作场所合作"),
    "m2": Named("Quality Management", "质量管理"),
    "m3": Named("Clean Production", "清洁生产"),
    "m4": Named("Workforce Management for Cooperation and Business Success", "促进合作与企业成功的人力资源管理"),
    "m5": Named("Safety and Health at Work: a Platform for Productivity", "职业安全与健康：提高生产力的平台"),
}

# Combinations of modules as in the real programme, by weight: Module 1 first, then no fixed order.
ROUTES: dict[tuple[str, ...], float] = {
    ("m1",): 30.0,
    ("m1", "m2"): 22.0,
    ("m1", "m5"): 18.0,
    ("m1", "m2", "m5"): 7.0,
    ("m1", "m3"): 4.0,
    ("m1", "m4"): 4.0,
    ("m1", "m2", "m3", "m4", "m5"): 11.0,
}
