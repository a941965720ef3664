"""Sectors: their names, their provinces, and the share of women among their workers."""

from typing import NamedTuple

from data.demo.basics.bilingual import Named
from data.demo.basics.chance import Chance
from data.demo.setting.demo_places import province_of


class Sector(NamedTuple):
    """A sector, its ISIC Rev. 4 division, and its word in the names of enterprises."""

    name: Named
    isic: str
    trade: Named


SECTORS = {
    "machinery": Sector(Named("Machinery", "机械"), "28", Named("Precision Machinery", "精密机械")),
    "auto-parts": Sector(Named("Auto parts", "汽车零部件"), "29", Named("Auto Parts", "汽车零部件")),
    "garment": Sector(Named("Garment", "服装"), "14", Named("Garments", "服饰")),
    "textile": Sector(Named("Textile", "纺织"), "13", Named("Textiles", "纺织")),
    "electronics": Sector(Named("Electronics", "电子"), "26", Named("Electronics", "电子")),
    "appliances": Sector(Named("Electrical appliances", "电器"), "27", Named("Electrical Appliances", "电器")),
    "rubber-plastic": Sector(Named("Rubber and plastic", "橡胶和塑料"), "22", Named("Rubber and Plastic", "橡塑")),
    "metal-products": Sector(Named("Metal products", "金属制品"), "25", Named("Metal Products", "金属制品")),
    "furniture": Sector(Named("Furniture", "家具"), "31", Named("Furniture", "家具")),
    "toys": Sector(Named("Toys and children's products", "玩具及儿童用品"), "32", Named("Toys", "玩具")),
    "sports-goods": Sector(Named("Sports goods", "体育用品"), "32", Named("Sports Goods", "体育用品")),
    "food": Sector(Named("Food", "食品"), "10", Named("Foods", "食品")),
    "fireworks": Sector(Named("Fireworks", "烟花爆竹"), "20", Named("Fireworks", "烟花")),
}

# Weights of sectors in the country. Half the enterprises of a province come from its local sectors.
SECTOR_WEIGHTS = {
    "machinery": 22.0, "auto-parts": 14.0, "garment": 13.0, "electronics": 9.0, "metal-products": 10.0,
    "rubber-plastic": 7.0, "textile": 8.0, "furniture": 5.0, "toys": 4.0, "sports-goods": 3.0, "food": 5.0,
    "appliances": 6.0,
}  # fmt: skip
LOCAL_SECTORS = {
    "210000": ("machinery", "garment"), "500000": ("auto-parts", "rubber-plastic"),
    "510000": ("machinery", "food"), "440000": ("electronics", "toys", "appliances"),
    "310000": ("auto-parts", "electronics"), "320000": ("machinery", "textile", "metal-products"),
    "330000": ("garment", "appliances", "furniture", "sports-goods"), "370000": ("food", "textile"),
    "340000": ("appliances", "garment"), "350000": ("sports-goods", "garment"), "420000": ("auto-parts",),
    "110000": ("food", "machinery"), "430000": ("fireworks",), "360000": ("fireworks",),
}  # fmt: skip
# Share of women among workers. Sectors that are not listed have about a third.
WOMEN_SHARE = {
    "garment": 0.72,
    "textile": 0.62,
    "toys": 0.6,
    "electronics": 0.55,
    "machinery": 0.24,
    "auto-parts": 0.27,
}
WOMEN_SHARE_ELSEWHERE = 0.35


def draw_sector(chance: Chance, place: str) -> str:
    """The sector of an enterprise in this place."""
    if chance.happens(0.5):
        return chance.pick(LOCAL_SECTORS[province_of(place)])
    return chance.weighted(SECTOR_WEIGHTS)


def draw_women_share(chance: Chance, sector: str) -> float:
    """The share of women among the workers of one enterprise of the sector."""
    return min(0.95, max(0.03, WOMEN_SHARE.get(sector, WOMEN_SHARE_ELSEWHERE) + 0.1 * chance.normal()))
