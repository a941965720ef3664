"""Places of the programme: provinces, their cities and counties, and the first year of each province.

The places are real, because the map needs real positions.
"""

from typing import NamedTuple

from data.demo.basics.chance import Chance

COUNTRY = "100000"


class Place(NamedTuple):
    """A place. Latitude and longitude are WGS84. :func:`parent_of` gives its parent."""

    en: str
    zh: str
    level: str
    latitude: float
    longitude: float


class Province(NamedTuple):
    """The first year of a province in the programme, and its weight from that year."""

    since: int
    weight: float


# GB/T 2260 names and codes. Coordinates of the city centre, accurate to about 0.05 degrees.
PLACES = {
    COUNTRY: Place("China", "中国", "country", 35.86, 104.20),
    "110000": Place("Beijing", "北京市", "province", 39.90, 116.41),
    "210000": Place("Liaoning", "辽宁省", "province", 41.80, 123.43),
    "310000": Place("Shanghai", "上海市", "province", 31.23, 121.47),
    "320000": Place("Jiangsu", "江苏省", "province", 32.06, 118.80),
    "330000": Place("Zhejiang", "浙江省", "province", 30.27, 120.16),
    "340000": Place("Anhui", "安徽省", "province", 31.82, 117.23),
    "350000": Place("Fujian", "福建省", "province", 26.07, 119.30),
    "360000": Place("Jiangxi", "江西省", "province", 28.68, 115.86),
    "370000": Place("Shandong", "山东省", "province", 36.65, 117.00),
    "420000": Place("Hubei", "湖北省", "province", 30.59, 114.30),
    "430000": Place("Hunan", "湖南省", "province", 28.23, 112.94),
    "440000": Place("Guangdong", "广东省", "province", 23.13, 113.26),
    "500000": Place("Chongqing", "重庆市", "province", 29.56, 106.55),
    "510000": Place("Sichuan", "四川省", "province", 30.57, 104.07),
    "110111": Place("Fangshan", "房山区", "county", 39.75, 116.14),
    "210100": Place("Shenyang", "沈阳市", "city", 41.80, 123.43),
    "210200": Place("Dalian", "大连市", "city", 38.91, 121.61),
    "210281": Place("Wafangdian", "瓦房店市", "county", 39.63, 121.99),
    "210300": Place("Anshan", "鞍山市", "city", 41.11, 122.99),
    "310114": Place("Jiading", "嘉定区", "county", 31.38, 121.26),
    "310117": Place("Songjiang", "松江区", "county", 31.03, 121.22),
    "320100": Place("Nanjing", "南京市", "city", 32.06, 118.80),
    "320200": Place("Wuxi", "无锡市", "city", 31.57, 120.30),
    "320400": Place("Changzhou", "常州市", "city", 31.77, 119.95),
    "320500": Place("Suzhou", "苏州市", "city", 31.30, 120.62),
    "320582": Place("Zhangjiagang", "张家港市", "county", 31.87, 120.55),
    "320583": Place("Kunshan", "昆山市", "county", 31.38, 120.98),
    "320600": Place("Nantong", "南通市", "city", 32.01, 120.86),
    "321200": Place("Taizhou (Jiangsu)", "泰州市", "city", 32.46, 119.92),
    "321283": Place("Taixing", "泰兴市", "county", 32.17, 120.05),
    "330100": Place("Hangzhou", "杭州市", "city", 30.27, 120.16),
    "330200": Place("Ningbo", "宁波市", "city", 29.87, 121.54),
    "330282": Place("Cixi", "慈溪市", "county", 30.17, 121.27),
    "330300": Place("Wenzhou", "温州市", "city", 28.00, 120.67),
    "330400": Place("Jiaxing", "嘉兴市", "city", 30.75, 120.76),
    "330482": Place("Pinghu", "平湖市", "county", 30.70, 121.02),
    "330500": Place("Huzhou", "湖州市", "city", 30.89, 120.09),
    "330503": Place("Nanxun", "南浔区", "county", 30.85, 120.42),
    "330521": Place("Deqing", "德清县", "county", 30.54, 119.98),
    "330600": Place("Shaoxing", "绍兴市", "city", 30.00, 120.58),
    "330700": Place("Jinhua", "金华市", "city", 29.08, 119.65),
    "330782": Place("Yiwu", "义乌市", "county", 29.31, 120.07),
    "330784": Place("Yongkang", "永康市", "county", 28.89, 120.05),
    "331000": Place("Taizhou (Zhejiang)", "台州市", "city", 28.66, 121.42),
    "340100": Place("Hefei", "合肥市", "city", 31.82, 117.23),
    "340200": Place("Wuhu", "芜湖市", "city", 31.35, 118.43),
    "350100": Place("Fuzhou", "福州市", "city", 26.07, 119.30),
    "350200": Place("Xiamen", "厦门市", "city", 24.48, 118.09),
    "350500": Place("Quanzhou", "泉州市", "city", 24.87, 118.68),
    "350582": Place("Jinjiang", "晋江市", "county", 24.78, 118.55),
    "360100": Place("Nanchang", "南昌市", "city", 28.68, 115.86),
    "360300": Place("Pingxiang", "萍乡市", "city", 27.62, 113.85),
    "360322": Place("Shangli", "上栗县", "county", 27.88, 113.80),
    "360900": Place("Yichun", "宜春市", "city", 27.81, 114.42),
    "360922": Place("Wanzai", "万载县", "county", 28.11, 114.44),
    "370100": Place("Jinan", "济南市", "city", 36.65, 117.00),
    "370200": Place("Qingdao", "青岛市", "city", 36.07, 120.38),
    "370600": Place("Yantai", "烟台市", "city", 37.46, 121.45),
    "370700": Place("Weifang", "潍坊市", "city", 36.71, 119.16),
    "420100": Place("Wuhan", "武汉市", "city", 30.59, 114.30),
    "420600": Place("Xiangyang", "襄阳市", "city", 32.01, 112.12),
    "430100": Place("Changsha", "长沙市", "city", 28.23, 112.94),
    "430181": Place("Liuyang", "浏阳市", "county", 28.16, 113.64),
    "430200": Place("Zhuzhou", "株洲市", "city", 27.83, 113.13),
    "430281": Place("Liling", "醴陵市", "county", 27.65, 113.50),
    "440100": Place("Guangzhou", "广州市", "city", 23.13, 113.26),
    "440300": Place("Shenzhen", "深圳市", "city", 22.54, 114.06),
    "440600": Place("Foshan", "佛山市", "city", 23.02, 113.12),
    "441300": Place("Huizhou", "惠州市", "city", 23.11, 114.42),
    "441900": Place("Dongguan", "东莞市", "city", 23.02, 113.75),
    "442000": Place("Zhongshan", "中山市", "city", 22.52, 113.39),
    "500109": Place("Beibei", "北碚区", "county", 29.81, 106.40),
    "500116": Place("Jiangjin", "江津区", "county", 29.29, 106.26),
    "510100": Place("Chengdu", "成都市", "city", 30.57, 104.07),
    "510300": Place("Zigong", "自贡市", "city", 29.34, 104.78),
    "510600": Place("Deyang", "德阳市", "city", 31.13, 104.40),
    "510681": Place("Guanghan", "广汉市", "county", 30.98, 104.28),
    "510682": Place("Shifang", "什邡市", "county", 31.13, 104.17),
    "510700": Place("Mianyang", "绵阳市", "city", 31.47, 104.68),
    "511500": Place("Yibin", "宜宾市", "city", 28.75, 104.64),
}

# The early pilots and the later expansion.
PROVINCES = {
    "210000": Province(2009, 8.0),
    "500000": Province(2010, 10.0),
    "510000": Province(2011, 18.0),
    "440000": Province(2011, 14.0),
    "310000": Province(2011, 6.0),
    "320000": Province(2013, 14.0),
    "330000": Province(2013, 20.0),
    "370000": Province(2014, 4.0),
    "340000": Province(2014, 3.0),
    "350000": Province(2015, 4.0),
    "420000": Province(2015, 3.0),
    "110000": Province(2016, 3.0),
    "430000": Province(2016, 4.0),
    "360000": Province(2016, 4.0),
}
# Weights of roll-outs: authorities or buyers request many enterprises at once.
ROLL_OUT_PROVINCES = {
    "330000": 30.0, "510000": 20.0, "320000": 12.0, "440000": 11.0, "500000": 8.0, "430000": 6.0, "360000": 6.0,
    "370000": 4.0, "110000": 3.0,
}  # fmt: skip
EXPANSION = ("330000", "430000", "360000", "110000")


def parent_of(code: str) -> str:
    """The parent of a place: city, province, country, or blank. GB/T 2260 codes nest by pairs of digits."""
    for above in (f"{code[:4]}00", province_of(code), COUNTRY):
        if above != code and above in PLACES:
            return above
    return ""


def province_of(code: str) -> str:
    """The code of the province of a place. The province of a province is itself."""
    return f"{code[:2]}0000"


BELOW: dict[str, list[str]] = {}
for _code in PLACES:
    BELOW.setdefault(parent_of(_code), []).append(_code)


def draw_below(chance: Chance, place: str) -> str:
    """A city of the province, sometimes a county of that city; the place itself if it has no places below."""
    if place not in BELOW:
        return place
    below = chance.pick(BELOW[place])
    if below in BELOW and chance.happens(0.3):
        return chance.pick(BELOW[below])
    return below
