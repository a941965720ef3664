"""Partners of the programme, and the choice of the owner of a round.

The partners are fictitious: invented data must not be attributed to a real institution.
"""

from datetime import date
from typing import NamedTuple

from data.demo.basics.chance import Chance
from data.demo.setting.demo_modules import MODULES


class Partner(NamedTuple):
    """A fictitious partner; `parent` is a code or blank."""

    en: str
    zh: str
    kind: str
    parent: str = ""


PARTNERS = {
    "employers-national": Partner("National employers' confederation", "全国雇主联合会", "employers"),
    "employers-210000": Partner(
        "Liaoning employers' confederation", "辽宁雇主联合会", "employers", "employers-national"
    ),
    "employers-320000": Partner(
        "Jiangsu employers' confederation", "江苏雇主联合会", "employers", "employers-national"
    ),
    "employers-330000": Partner(
        "Zhejiang employers' confederation", "浙江雇主联合会", "employers", "employers-national"
    ),
    "employers-500000": Partner(
        "Chongqing employers' confederation", "重庆雇主联合会", "employers", "employers-national"
    ),
    "employers-510000": Partner(
        "Sichuan employers' confederation", "四川雇主联合会", "employers", "employers-national"
    ),
    "safety-national": Partner("Work safety administration", "安全生产主管机构", "government"),
    "safety-330000": Partner("Zhejiang work safety office", "浙江安全生产主管机构", "government", "safety-national"),
    "safety-360000": Partner("Jiangxi work safety office", "江西安全生产主管机构", "government", "safety-national"),
    "safety-430000": Partner("Hunan work safety office", "湖南安全生产主管机构", "government", "safety-national"),
    "safety-510000": Partner("Sichuan work safety office", "四川安全生产主管机构", "government", "safety-national"),
    "buyer-a": Partner("Buyer initiative A", "采购商倡议甲", "buyer"),
    "buyer-a-member": Partner("Retailer 1 (member of initiative A)", "零售商1（倡议甲成员）", "buyer", "buyer-a"),
    "buyer-b": Partner("Buyer initiative B", "采购商倡议乙", "buyer"),
    "provider-1": Partner("Provider 1", "培训机构1", "provider"),
    "provider-2": Partner("Provider 2", "培训机构2", "provider"),
    "provider-3": Partner("Provider 3", "培训机构3", "provider"),
    "provider-4": Partner("Provider 4", "培训机构4", "provider"),
    "donor-1": Partner("Donor 1", "捐助方1", "donor"),
    "donor-2": Partner("Donor 2", "捐助方2", "donor"),
    "association-textile": Partner("Textile sector association", "纺织行业协会", "association"),
    "association-machinery": Partner("Machinery sector association", "机械行业协会", "association"),
    "union-national": Partner("National trade union federation", "全国工会组织", "union"),
    "agency": Partner("International agency", "国际机构", "un"),
    "vehicle-group": Partner("Vehicle group", "汽车集团", "enterprise"),
}
PROVIDERS = ("provider-1", "provider-2", "provider-3", "provider-4")
COMMITTEE = ("employers-national", "safety-national", "union-national", "donor-1", "donor-2", "agency")

# Owners of rounds, by weight. Buyers own rounds with all modules, other partners the rest. `employers` is the
# employers' confederation of the province, `provider` is any provider.
BUYER_OWNERS = {"buyer-a": 5.0, "buyer-b": 3.5, "vehicle-group": 1.5}
PLAIN_OWNERS = {"employers": 7.0, "association-textile": 0.8, "association-machinery": 0.8, "provider": 1.4}
SAFETY_FROM = date(2014, 1, 1)  # the day the work safety authorities joined


def draw_owner(chance: Chance, route: tuple[str, ...], province: str, start: date) -> str:
    """The partner that owns a round with this route, province and start."""
    if len(route) == len(MODULES):
        return chance.weighted(BUYER_OWNERS)
    kind = "safety" if "m5" in route and start >= SAFETY_FROM else chance.weighted(PLAIN_OWNERS)
    if kind == "provider":
        return chance.pick(PROVIDERS)
    if kind not in {"safety", "employers"}:
        return kind
    local = f"{kind}-{province}"
    return local if local in PARTNERS else f"{kind}-national"
