"""Enterprises: their names, places and sizes, and the choice of enterprises that return for a later round."""

from collections.abc import Sequence
from datetime import timedelta

from data.demo.basics.bilingual import Named
from data.demo.basics.chance import Chance
from data.demo.basics.demo_parts import Enrolment, Enterprise, Round, Step
from data.demo.basics.demo_writing import Writing
from data.demo.basics.form_gaps import source_of
from data.demo.basics.programme_dates import AS_OF
from data.demo.setting.demo_modules import MODULES
from data.demo.setting.demo_places import BELOW, PLACES, draw_below, province_of
from data.demo.setting.demo_sectors import SECTORS, draw_sector, draw_women_share

# Two or three lucky characters each, as in many company names. None is a person's name.
BRANDS = (
    Named("Hengxin", "恒信"), Named("Dingsheng", "鼎盛"), Named("Ruifeng", "瑞丰"), Named("Tengda", "腾达"),
    Named("Jintai", "锦泰"), Named("Xingyuan", "兴源"), Named("Hongda", "宏达"), Named("Huifengyuan", "汇丰源"),
    Named("Yongsheng", "永盛"), Named("Liyuan", "利源"), Named("Tongchuang", "同创"), Named("Xinrui", "新锐"),
    Named("Zhongheng", "众恒"), Named("Jiahe", "嘉禾"), Named("Fengtai", "丰泰"), Named("Yuantong", "远通"),
    Named("Chengxinda", "诚信达"), Named("Minghui", "铭辉"), Named("Baishengyuan", "百胜源"), Named("Haina", "海纳"),
    Named("Xiangtai", "祥泰"), Named("Kaiyuanda", "开元达"), Named("Shuntong", "顺通"), Named("Guangsheng", "广盛"),
    Named("Dexinyuan", "德信源"), Named("Yidatong", "益达通"),
    Named("Zhenxingyuan", "振兴源"), Named("Changrong", "长荣"),
    Named("Xinhe", "鑫合"), Named("Wanfengyuan", "万丰源"), Named("Jingwei", "精威"), Named("Lianchuang", "联创"),
)  # fmt: skip

PLACE_UNKNOWN = 0.04
PLACE_UNKNOWN_WHERE_SEVERAL = 0.75
WORKERS_MIDDLE, WORKERS_SPREAD, WORKERS_RANGE = 170.0, 0.65, (18, 1_500)  # most are between 50 and 500

RETURNS = 0.045  # for each new enterprise of a round; in about 3 % there is one that can return
RETURNERS_AT_MOST = 200  # per province; limits memory


def write_enterprise(writing: Writing, round_: Round) -> Enterprise:
    """Write a new enterprise of the round with the next serial number."""
    chance = writing.chance
    writing.enterprises_written += 1
    serial = f"{writing.enterprises_written:0{max(4, len(str(writing.enterprise_count)))}d}"
    base = chance.pick(round_.places)
    sector = draw_sector(chance, base)
    brand, trade = chance.pick(BRANDS), SECTORS[sector].trade
    unknown = PLACE_UNKNOWN_WHERE_SEVERAL if len(round_.places) > 1 else PLACE_UNKNOWN
    low, high = WORKERS_RANGE
    workers = min(high, max(low, round(chance.around(WORKERS_MIDDLE, WORKERS_SPREAD))))
    women_share = draw_women_share(chance, sector)
    size_known, women_known = not chance.happens(0.1), not chance.happens(0.2)
    writing.folder.add("enterprise", {
        "code": f"demo-{serial}",
        "name_en": f"{brand.en} {trade.en} (synthetic {serial})", "name_zh": f"{brand.zh}{trade.zh}（合成{serial}）",
        "may_be_named": chance.weighted({"no": 82.0, "yes": 8.0, "": 10.0}),
        "place": "" if chance.happens(unknown) else _place(chance, base),
        "sector": "" if chance.happens(0.04) else sector,
        "workers": workers if size_known else None,
        "workers_women": round(workers * women_share) if size_known and women_known else None,
        "source": source_of(chance, round_.start),
        "contact": f"Office / 办公室: 000-{serial}",  # no number that can be dialled
    })  # fmt: skip
    return Enterprise(f"demo-{serial}", sector, women_share)


def _place(chance: Chance, base: str) -> str:
    """A place in the round's place: any place below a province; in a city mostly the city itself."""
    if PLACES[base].level == "province":
        return draw_below(chance, base)
    return chance.pick(BELOW[base]) if base in BELOW and chance.happens(0.3) else base


def remember(writing: Writing, enrolment: Enrolment, steps: Sequence[Step]) -> None:
    """Add the enterprise to the possible returners, once. Most of them have completed a module."""
    completed = frozenset(step.module for step in steps if step.completed_on)
    returners = writing.returners[province_of(enrolment.round.places[0])]
    enterprise = enrolment.enterprise
    if enterprise.returning or len(completed) == len(MODULES) or len(returners) >= RETURNERS_AT_MOST:
        return
    if not completed and not writing.chance.happens(0.3):
        return
    free_from = max([step.last_on for step in steps] + ([enrolment.left_on] if enrolment.left_on else []))
    returners.append(Enterprise(enterprise.code, enterprise.sector, enterprise.women_share, completed, free_from))


def find_returner(writing: Writing, round_: Round) -> Enterprise | None:
    """Sometimes an enterprise of the province that is free again and for which the round has a new module."""
    if not writing.chance.happens(RETURNS):
        return None
    returners = writing.returners[province_of(round_.places[0])]
    free_by = min(round_.start, AS_OF) - timedelta(130)  # before the recruitment of the round
    for enterprise in returners:
        free = enterprise.free_from is not None and enterprise.free_from <= free_by
        if free and not enterprise.completed.issuperset(round_.route):
            returners.remove(enterprise)
            return enterprise
    return None
