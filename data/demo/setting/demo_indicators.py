"""Indicators and their definitions in English and Chinese."""

from typing import NamedTuple


class Indicator(NamedTuple):
    """An indicator and its definition. The fields are columns of the table `indicator`."""

    en: str
    zh: str
    family: str
    unit: str
    better: str
    definition_en: str
    definition_zh: str

    @property
    def direction(self) -> int:
        """1 if higher is better, -1 if lower is better, 0 if it depends on the context."""
        return {"up": 1, "down": -1}.get(self.better, 0)


INDICATORS = {
    "defect-rate": Indicator(
        "Defect rate", "不良率", "kpi", "percent", "down",
        "Defective pieces out of all pieces produced in the period.", "期内不合格品占全部产品的百分比。",
    ),
    "on-time-delivery": Indicator(
        "On-time delivery", "准时交货率", "kpi", "percent", "up",
        "Orders delivered by the agreed date out of all orders of the period.",
        "期内按约定日期交付的订单占全部订单的百分比。",
    ),
    "capacity-per-head": Indicator(
        "Output per worker", "人均产量", "kpi", "other", "up",
        "Output per worker and day, in the enterprise's own pieces.", "每名工人每天的产量，按企业自己的计件单位。",
    ),
    "output-capacity": Indicator(
        "Output capacity", "产能", "kpi", "other", "up",
        "Pieces the enterprise can make in a day, in its own pieces.", "企业每天可生产的数量，按企业自己的计件单位。",
    ),
    "production-cost": Indicator(
        "Production cost", "生产成本", "kpi", "other", "down",
        "Cost of one production unit, in CNY.", "单位产品的生产成本，单位为人民币元。",
    ),
    "material-recovery": Indicator(
        "Material recovery", "材料回收率", "kpi", "percent", "up",
        "Material recovered out of the material that could be.", "实际回收的材料占可回收材料的百分比。",
    ),
    "waste": Indicator(
        "Waste", "废弃物", "kpi", "other", "down",
        "Waste of a month, in kilograms.", "每月废弃物，单位为千克。",
    ),
    "energy-per-unit": Indicator(
        "Energy per unit", "单位产品能耗", "kpi", "kwh-per-unit", "down",
        "Electricity used for one production unit.", "单位产品的耗电量。",
    ),
    "suggestions-per-month": Indicator(
        "Employee suggestions per month", "每月员工建议数", "kpi", "count-per-month", "up",
        "Suggestions handed in by employees in a month.", "每月员工提出的建议数量。",
    ),
    "suggestions-implemented": Indicator(
        "Suggestions put into practice", "建议采纳率", "kpi", "percent", "up",
        "Suggestions put into practice out of all suggestions of the period.", "期内已实施的建议占全部建议的百分比。",
    ),
    "absenteeism": Indicator(
        "Absenteeism", "缺勤率", "kpi", "percent", "down",
        "Working days lost to absence out of all working days.", "缺勤工作日占全部工作日的百分比。",
    ),
    "labour-turnover": Indicator(
        "Labour turnover", "员工流失率", "kpi", "percent", "down",
        "Workers who left in the period out of the average workforce.", "期内离职人数占平均在职人数的百分比。",
    ),
    "accidents": Indicator(
        "Accidents", "工伤事故", "kpi", "count", "down",
        "Accidents at work recorded in the period.", "期内记录的工伤事故数量。",
    ),
    "hazards-found": Indicator(
        "Hazards found", "发现隐患", "kpi", "count", "context",
        "Hazards found in inspections: more may mean a worse place or a better look.",
        "检查中发现的隐患数量：增加可能意味着现场更差，也可能意味着检查更细。",
    ),
    "inspections-held": Indicator(
        "Inspections held", "安全检查次数", "kpi", "count", "context",
        "Safety inspections held by the enterprise in the period.", "期内企业自行开展的安全检查次数。",
    ),
    "jobs": Indicator(
        "Jobs", "就业人数", "kpi", "count", "context",
        "People employed on the day of the form.", "填表当日的在职人数。",
    ),
    "cycle-time": Indicator(
        "Cycle time", "生产周期", "kpi", "days", "down",
        "Days from the start of production to the finished order.", "从投产到订单完成的天数。",
    ),
    "problems-solved": Indicator(
        "Problems solved", "解决问题数", "kpi", "count", "up",
        "Problems the improvement team closed in the period.", "期内改善小组解决的问题数量。",
    ),
    "standards-written": Indicator(
        "Standards written", "编写标准数", "kpi", "count", "up",
        "Working standards written in the period.", "期内编写的作业标准数量。",
    ),
    "cost-savings": Indicator(
        "Cost savings", "节约成本", "kpi", "cny", "up",
        "Savings the enterprise puts down to its improvements, for the months given.",
        "企业认为由改善带来的节约金额，按所填月数计。",
    ),
    "improvement-team-weekly": Indicator(
        "Improvement team meets weekly", "改善小组每周开会", "practice", "yes-no", "up",
        "An enterprise improvement team of managers and workers meets at least once a week.",
        "由管理者和工人组成的企业改善小组每周至少开会一次。",
    ),
    "suggestion-scheme": Indicator(
        "Suggestion scheme", "员工建议制度", "practice", "yes-no", "up",
        "Employees can hand in suggestions and get an answer.", "员工可以提出建议并得到答复。",
    ),
    "five-s": Indicator(
        "5S", "5S管理", "practice", "yes-no", "up",
        "5S is checked regularly in the workshops.", "车间定期检查5S。",
    ),
    "daily-meeting": Indicator(
        "Daily meeting", "每日班前会", "practice", "yes-no", "up",
        "Teams meet briefly every working day.", "班组每个工作日召开简短会议。",
    ),
    "results-on-display": Indicator(
        "Results on display", "绩效看板", "practice", "yes-no", "up",
        "Results of the line are displayed where workers see them.", "产线绩效展示在工人看得到的地方。",
    ),
    "defects-recorded": Indicator(
        "Defects recorded", "记录不良品", "practice", "yes-no", "up",
        "Defects are recorded by kind and place.", "按种类和工序记录不良品。",
    ),
    "check-at-source": Indicator(
        "Quality checked at the source", "源头质量检查", "practice", "yes-no", "up",
        "Workers check their own pieces before handing them on.", "工人在交接前自检产品。",
    ),
    "energy-metered": Indicator(
        "Energy metered", "能源分项计量", "practice", "yes-no", "up",
        "Energy is metered by workshop.", "按车间计量能源。",
    ),
    "maintenance-plan": Indicator(
        "Maintenance plan", "设备保养计划", "practice", "yes-no", "up",
        "Machines are maintained to a written plan.", "按书面计划保养设备。",
    ),
    "grievance-procedure": Indicator(
        "Grievance procedure", "申诉程序", "practice", "yes-no", "up",
        "A written procedure for complaints is known to workers.", "工人了解书面的申诉程序。",
    ),
    "induction": Indicator(
        "Induction of new workers", "新员工入职培训", "practice", "yes-no", "up",
        "New workers are inducted before they start.", "新员工上岗前接受入职培训。",
    ),
    "osh-committee": Indicator(
        "OSH committee", "职业安全健康委员会", "practice", "yes-no", "up",
        "A committee for safety and health with workers in it meets regularly.", "有工人参加的安全健康委员会定期开会。",
    ),
    "protective-equipment": Indicator(
        "Protective equipment worn", "佩戴防护用品", "practice", "yes-no", "up",
        "The protective equipment the work needs is there and worn.", "配备并佩戴工作所需的防护用品。",
    ),
    "exits-blocked": Indicator(
        "Emergency exits blocked", "安全出口堵塞", "practice", "yes-no", "down",
        "An emergency exit was blocked on the day of the visit.", "入厂当日有安全出口被堵塞。",
    ),
    "enterprises-trained": Indicator(
        "Enterprises trained", "受训企业", "reach", "count", "up",
        "Enterprises that took part in a workshop, cumulative.", "参加过课堂培训的企业累计数。",
    ),
    "people-trained": Indicator(
        "People trained", "受训人次", "reach", "count", "up",
        "Participations of managers and workers, cumulative.", "管理者和工人的参训人次累计数。",
    ),
    "enterprise-visits": Indicator(
        "In-factory visits", "入厂辅导次数", "reach", "count", "up",
        "Visits to enterprises, cumulative.", "入厂辅导累计次数。",
    ),
    "survey-relations": Indicator(
        "Say that relations improved", "认为劳资关系改善", "survey", "percent", "up",
        "People asked who say that relations between workers and managers improved.",
        "受访者中认为工人与管理者关系改善的百分比。",
    ),
    "survey-environment": Indicator(
        "Say that the working environment improved", "认为工作环境改善",
        "survey", "percent", "up",
        "Workers asked who say that their working environment improved.", "受访工人中认为工作环境改善的百分比。",
    ),
    "training-satisfaction": Indicator(
        "Satisfied with the training", "对培训满意", "survey", "percent", "up",
        "Participants asked who are satisfied with the training.", "受访学员中对培训满意的百分比。",
    ),
    "institutions-embedding": Indicator(
        "Institutions that embed the training", "将培训纳入服务的机构",
        "capacity", "count", "up",
        "Institutions with the training among their services.", "将本培训纳入其服务的机构数量。",
    ),
    "sponsors": Indicator(
        "Sponsors", "出资机构", "capacity", "count", "up",
        "National institutions and buyers that sponsor or pay.", "资助或付费的国内机构和采购商数量。",
    ),
    "clusters": Indicator(
        "Clusters", "产业集群", "capacity", "count", "up",
        "Geographic areas selected.", "选定的地区数量。",
    ),
    "mous": Indicator(
        "Agreements signed", "签署协议", "capacity", "count", "up",
        "Agreements signed with partners.", "与合作伙伴签署的协议数量。",
    ),
    "representatives-trained": Indicator(
        "Partner representatives trained", "受训的合作伙伴代表",
        "capacity", "count", "up",
        "Representatives of partners trained in running the programme.", "接受项目运作培训的合作伙伴代表人数。",
    ),
    "business-plans": Indicator(
        "Business plans", "业务计划", "capacity", "count", "up",
        "Business plans written by partners for the training.", "合作伙伴为本培训编写的业务计划数量。",
    ),
    "expert-trainers": Indicator(
        "Expert trainers", "专家级培训师", "capacity", "count", "up",
        "Trainers who may assess other trainers.", "可评估其他培训师的培训师人数。",
    ),
    "centre-of-excellence": Indicator(
        "National centre of excellence", "国家卓越中心", "capacity", "count", "up",
        "One where such a centre exists, zero where none does.", "有此中心为一，没有为零。",
    ),
    "faulty-data-sheets": Indicator(
        "Faulty data sheets", "有误的数据表", "capacity", "count", "down",
        "Data sheets returned as incomplete or incorrect.", "因不完整或有误被退回的数据表数量。",
    ),
    "cost-share-non-ilo": Indicator(
        "Training cost covered by non-ILO resources",
        "由国际劳工组织以外资源承担的培训费用比例", "cost", "percent", "up",
        "Share of the training cost paid by others than the ILO.", "由国际劳工组织以外各方支付的培训费用百分比。",
    ),
}  # fmt: skip

KEY_INDICATORS = frozenset(
    {
        "defect-rate", "on-time-delivery", "absenteeism", "labour-turnover", "suggestions-per-month",
        "improvement-team-weekly", "enterprises-trained", "people-trained",
    }
)  # fmt: skip
"""The indicators that lead charts and pages."""

SDG_TARGETS = {"accidents": "8.8", "energy-per-unit": "7.3", "jobs": "8.5", "waste": "12.5"}
"""Targets of the Sustainable Development Goals, by indicator."""
