"""Writes the reference tables: programme, sources, phases, and the tables that others refer to."""

from datetime import date

from data.demo.basics.bilingual import Named
from data.demo.basics.folder import Cell, Folder
from data.demo.basics.form_gaps import as_written
from data.demo.basics.programme_dates import AS_OF, FIRST_YEAR, PHASES, SURVEYED_ON
from data.demo.setting.demo_indicators import INDICATORS, KEY_INDICATORS, SDG_TARGETS
from data.demo.setting.demo_modules import MODULES
from data.demo.setting.demo_partners import PARTNERS
from data.demo.setting.demo_places import PLACES, parent_of
from data.demo.setting.demo_sectors import SECTORS


def write_reference(folder: Folder) -> None:
    """Write every reference table."""
    folder.add("programme", {
        "code": "score-demo",
        "name_en": "SCORE demonstration programme (synthetic)", "name_zh": "SCORE 示范项目（合成数据）",
        "as_of": AS_OF, "synthetic": "yes", "public": "no",
        "note_en": "Invented data. Partners and enterprises do not exist.",
        "note_zh": "虚构数据，合作伙伴和企业均不存在。",
        "contact": "Programme office (invented), 1 Example Road, Example City; office@example.org / "
        "项目办公室（虚构），示例市示例路1号",
    })  # fmt: skip
    for year in range(FIRST_YEAR, AS_OF.year + 1):
        title = Named(f"Monitoring forms {year}", f"{year}年监测表")
        _write_source(folder, f"form-{year}", title, min(date(year, 12, 31), AS_OF))
    _write_source(folder, "plans", Named("Work plans", "工作计划"), f"by {FIRST_YEAR}-01")
    _write_source(folder, "reports", Named("Progress reports", "进展报告"), None)
    _write_source(folder, "survey", Named("Survey of participants", "学员调查"), as_written(SURVEYED_ON, months=True))
    for code, phase in PHASES.items():
        folder.add("phase", {
            "code": code, "name_en": phase.en, "name_zh": phase.zh, "starts_on": phase.starts_on,
            "ends_on": phase.ends_on, "source": "plans",
        })  # fmt: skip
    for code, place in PLACES.items():
        folder.add("place", {
            "code": code, "name_en": place.en, "name_zh": place.zh, "level": place.level, "parent": parent_of(code),
            "latitude": place.latitude, "longitude": place.longitude,
        })  # fmt: skip
    for code, sector in SECTORS.items():
        name = sector.name
        folder.add("sector", {"code": code, "name_en": name.en, "name_zh": name.zh, "isic": sector.isic})
    for code, partner in PARTNERS.items():
        folder.add("partner", {
            "code": code, "name_en": partner.en, "name_zh": partner.zh, "kind": partner.kind, "parent": partner.parent,
        })  # fmt: skip
    for position, (code, name) in enumerate(MODULES.items(), start=1):
        folder.add("module", {"code": code, "position": position, "name_en": name.en, "name_zh": name.zh})
    for code, indicator in INDICATORS.items():
        folder.add("indicator", {
            "code": code, "name_en": indicator.en, "name_zh": indicator.zh, "family": indicator.family,
            "unit": indicator.unit, "better": indicator.better, "definition_en": indicator.definition_en,
            "definition_zh": indicator.definition_zh, "key": "yes" if code in KEY_INDICATORS else "no",
            "sdg": SDG_TARGETS.get(code),
        })  # fmt: skip


def _write_source(folder: Folder, code: str, title: Named, published_on: Cell) -> None:
    folder.add("source", {
        "code": code, "title_en": f"{title.en} (synthetic)", "title_zh": f"{title.zh}（合成）",
        "publisher": "Synthetic / 合成", "published_on": published_on,
    })  # fmt: skip
