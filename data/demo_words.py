"""Names and texts of the synthetic programme in both languages; what is drawn from them is decided in `demo.py`.

Places are real, since a map needs them; partners are fictitious, so that no institution speaks through invented data.
"""

from datetime import date
from typing import NamedTuple


class Named(NamedTuple):
    """A name in both languages."""

    en: str
    zh: str


class Place(NamedTuple):
    """A place by its GB/T 2260 code; its parent is found from the code. Latitude and longitude are WGS84."""

    code: str
    en: str
    zh: str
    level: str
    latitude: float
    longitude: float


class Partner(NamedTuple):
    """A fictitious partner; `parent` is a code or blank."""

    code: str
    en: str
    zh: str
    kind: str
    parent: str = ""


class Indicator(NamedTuple):
    """An indicator and its definition; fields as in the table of the same name."""

    code: str
    en: str
    zh: str
    family: str
    unit: str
    better: str
    definition_en: str
    definition_zh: str


class Tale(NamedTuple):
    """A before-and-after story of one module."""

    module: str
    title: Named
    before: Named
    after: Named


AS_OF = date(2017, 6, 30)
COUNTRY = "100000"

# GB/T 2260 names and codes; coordinates of the city centre, good to about 0.05 degrees.
PLACES = (
    Place(COUNTRY, "China", "中国", "country", 35.86, 104.20),
    Place("110000", "Beijing", "北京市", "province", 39.90, 116.41),
    Place("210000", "Liaoning", "辽宁省", "province", 41.80, 123.43),
    Place("310000", "Shanghai", "上海市", "province", 31.23, 121.47),
    Place("320000", "Jiangsu", "江苏省", "province", 32.06, 118.80),
    Place("330000", "Zhejiang", "浙江省", "province", 30.27, 120.16),
    Place("340000", "Anhui", "安徽省", "province", 31.82, 117.23),
    Place("350000", "Fujian", "福建省", "province", 26.07, 119.30),
    Place("360000", "Jiangxi", "江西省", "province", 28.68, 115.86),
    Place("370000", "Shandong", "山东省", "province", 36.65, 117.00),
    Place("420000", "Hubei", "湖北省", "province", 30.59, 114.30),
    Place("430000", "Hunan", "湖南省", "province", 28.23, 112.94),
    Place("440000", "Guangdong", "广东省", "province", 23.13, 113.26),
    Place("500000", "Chongqing", "重庆市", "province", 29.56, 106.55),
    Place("510000", "Sichuan", "四川省", "province", 30.57, 104.07),
    Place("110111", "Fangshan", "房山区", "county", 39.75, 116.14),
    Place("210100", "Shenyang", "沈阳市", "city", 41.80, 123.43),
    Place("210200", "Dalian", "大连市", "city", 38.91, 121.61),
    Place("210281", "Wafangdian", "瓦房店市", "county", 39.63, 121.99),
    Place("210300", "Anshan", "鞍山市", "city", 41.11, 122.99),
    Place("310114", "Jiading", "嘉定区", "county", 31.38, 121.26),
    Place("310117", "Songjiang", "松江区", "county", 31.03, 121.22),
    Place("320100", "Nanjing", "南京市", "city", 32.06, 118.80),
    Place("320200", "Wuxi", "无锡市", "city", 31.57, 120.30),
    Place("320400", "Changzhou", "常州市", "city", 31.77, 119.95),
    Place("320500", "Suzhou", "苏州市", "city", 31.30, 120.62),
    Place("320582", "Zhangjiagang", "张家港市", "county", 31.87, 120.55),
    Place("320583", "Kunshan", "昆山市", "county", 31.38, 120.98),
    Place("320600", "Nantong", "南通市", "city", 32.01, 120.86),
    Place("321200", "Taizhou (Jiangsu)", "泰州市", "city", 32.46, 119.92),
    Place("321283", "Taixing", "泰兴市", "county", 32.17, 120.05),
    Place("330100", "Hangzhou", "杭州市", "city", 30.27, 120.16),
    Place("330200", "Ningbo", "宁波市", "city", 29.87, 121.54),
    Place("330282", "Cixi", "慈溪市", "county", 30.17, 121.27),
    Place("330300", "Wenzhou", "温州市", "city", 28.00, 120.67),
    Place("330400", "Jiaxing", "嘉兴市", "city", 30.75, 120.76),
    Place("330482", "Pinghu", "平湖市", "county", 30.70, 121.02),
    Place("330500", "Huzhou", "湖州市", "city", 30.89, 120.09),
    Place("330503", "Nanxun", "南浔区", "county", 30.85, 120.42),
    Place("330521", "Deqing", "德清县", "county", 30.54, 119.98),
    Place("330600", "Shaoxing", "绍兴市", "city", 30.00, 120.58),
    Place("330700", "Jinhua", "金华市", "city", 29.08, 119.65),
    Place("330782", "Yiwu", "义乌市", "county", 29.31, 120.07),
    Place("330784", "Yongkang", "永康市", "county", 28.89, 120.05),
    Place("331000", "Taizhou (Zhejiang)", "台州市", "city", 28.66, 121.42),
    Place("340100", "Hefei", "合肥市", "city", 31.82, 117.23),
    Place("340200", "Wuhu", "芜湖市", "city", 31.35, 118.43),
    Place("350100", "Fuzhou", "福州市", "city", 26.07, 119.30),
    Place("350200", "Xiamen", "厦门市", "city", 24.48, 118.09),
    Place("350500", "Quanzhou", "泉州市", "city", 24.87, 118.68),
    Place("350582", "Jinjiang", "晋江市", "county", 24.78, 118.55),
    Place("360100", "Nanchang", "南昌市", "city", 28.68, 115.86),
    Place("360300", "Pingxiang", "萍乡市", "city", 27.62, 113.85),
    Place("360322", "Shangli", "上栗县", "county", 27.88, 113.80),
    Place("360900", "Yichun", "宜春市", "city", 27.81, 114.42),
    Place("360922", "Wanzai", "万载县", "county", 28.11, 114.44),
    Place("370100", "Jinan", "济南市", "city", 36.65, 117.00),
    Place("370200", "Qingdao", "青岛市", "city", 36.07, 120.38),
    Place("370600", "Yantai", "烟台市", "city", 37.46, 121.45),
    Place("370700", "Weifang", "潍坊市", "city", 36.71, 119.16),
    Place("420100", "Wuhan", "武汉市", "city", 30.59, 114.30),
    Place("420600", "Xiangyang", "襄阳市", "city", 32.01, 112.12),
    Place("430100", "Changsha", "长沙市", "city", 28.23, 112.94),
    Place("430181", "Liuyang", "浏阳市", "county", 28.16, 113.64),
    Place("430200", "Zhuzhou", "株洲市", "city", 27.83, 113.13),
    Place("430281", "Liling", "醴陵市", "county", 27.65, 113.50),
    Place("440100", "Guangzhou", "广州市", "city", 23.13, 113.26),
    Place("440300", "Shenzhen", "深圳市", "city", 22.54, 114.06),
    Place("440600", "Foshan", "佛山市", "city", 23.02, 113.12),
    Place("441300", "Huizhou", "惠州市", "city", 23.11, 114.42),
    Place("441900", "Dongguan", "东莞市", "city", 23.02, 113.75),
    Place("442000", "Zhongshan", "中山市", "city", 22.52, 113.39),
    Place("500109", "Beibei", "北碚区", "county", 29.81, 106.40),
    Place("500116", "Jiangjin", "江津区", "county", 29.29, 106.26),
    Place("510100", "Chengdu", "成都市", "city", 30.57, 104.07),
    Place("510300", "Zigong", "自贡市", "city", 29.34, 104.78),
    Place("510600", "Deyang", "德阳市", "city", 31.13, 104.40),
    Place("510681", "Guanghan", "广汉市", "county", 30.98, 104.28),
    Place("510682", "Shifang", "什邡市", "county", 31.13, 104.17),
    Place("510700", "Mianyang", "绵阳市", "city", 31.47, 104.68),
    Place("511500", "Yibin", "宜宾市", "city", 28.75, 104.64),
)

# Sector: name in both languages, ISIC Rev. 4 division, how an enterprise of it calls itself.
SECTORS: dict[str, tuple[Named, str, Named]] = {
    "machinery": (Named("Machinery", "机械"), "28", Named("Precision Machinery", "精密机械")),
    "auto-parts": (Named("Auto parts", "汽车零部件"), "29", Named("Auto Parts", "汽车零部件")),
    "garment": (Named("Garment", "服装"), "14", Named("Garments", "服饰")),
    "textile": (Named("Textile", "纺织"), "13", Named("Textiles", "纺织")),
    "electronics": (Named("Electronics", "电子"), "26", Named("Electronics", "电子")),
    "appliances": (Named("Electrical appliances", "电器"), "27", Named("Electrical Appliances", "电器")),
    "rubber-plastic": (Named("Rubber and plastic", "橡胶和塑料"), "22", Named("Rubber and Plastic", "橡塑")),
    "metal-products": (Named("Metal products", "金属制品"), "25", Named("Metal Products", "金属制品")),
    "furniture": (Named("Furniture", "家具"), "31", Named("Furniture", "家具")),
    "toys": (Named("Toys and children's products", "玩具及儿童用品"), "32", Named("Toys", "玩具")),
    "sports-goods": (Named("Sports goods", "体育用品"), "32", Named("Sports Goods", "体育用品")),
    "food": (Named("Food", "食品"), "10", Named("Foods", "食品")),
    "fireworks": (Named("Fireworks", "烟花爆竹"), "20", Named("Fireworks", "烟花")),
}

PARTNERS = (
    Partner("employers-national", "National employers' confederation", "全国雇主联合会", "employers"),
    Partner(
        "employers-210000", "Liaoning employers' confederation", "辽宁雇主联合会", "employers", "employers-national"
    ),
    Partner(
        "employers-320000", "Jiangsu employers' confederation", "江苏雇主联合会", "employers", "employers-national"
    ),
    Partner(
        "employers-330000", "Zhejiang employers' confederation", "浙江雇主联合会", "employers", "employers-national"
    ),
    Partner(
        "employers-500000", "Chongqing employers' confederation", "重庆雇主联合会", "employers", "employers-national"
    ),
    Partner(
        "employers-510000", "Sichuan employers' confederation", "四川雇主联合会", "employers", "employers-national"
    ),
    Partner("safety-national", "Work safety administration", "安全生产主管机构", "government"),
    Partner("safety-330000", "Zhejiang work safety office", "浙江安全生产主管机构", "government", "safety-national"),
    Partner("safety-360000", "Jiangxi work safety office", "江西安全生产主管机构", "government", "safety-national"),
    Partner("safety-430000", "Hunan work safety office", "湖南安全生产主管机构", "government", "safety-national"),
    Partner("safety-510000", "Sichuan work safety office", "四川安全生产主管机构", "government", "safety-national"),
    Partner("buyer-a", "Buyer initiative A", "采购商倡议甲", "buyer"),
    Partner("buyer-a-member", "Retailer 1 (member of initiative A)", "零售商1（倡议甲成员）", "buyer", "buyer-a"),
    Partner("buyer-b", "Buyer initiative B", "采购商倡议乙", "buyer"),
    Partner("provider-1", "Provider 1", "培训机构1", "provider"),
    Partner("provider-2", "Provider 2", "培训机构2", "provider"),
    Partner("provider-3", "Provider 3", "培训机构3", "provider"),
    Partner("provider-4", "Provider 4", "培训机构4", "provider"),
    Partner("donor-1", "Donor 1", "捐助方1", "donor"),
    Partner("donor-2", "Donor 2", "捐助方2", "donor"),
    Partner("association-textile", "Textile sector association", "纺织行业协会", "association"),
    Partner("association-machinery", "Machinery sector association", "机械行业协会", "association"),
    Partner("union-national", "National trade union federation", "全国工会组织", "union"),
    Partner("agency", "International agency", "国际机构", "un"),
    Partner("vehicle-group", "Vehicle group", "汽车集团", "enterprise"),
)

MODULES: dict[str, Named] = {
    "m1": Named("Workplace Cooperation", "工作场所合作"),
    "m2": Named("Quality Management", "质量管理"),
    "m3": Named("Clean Production", "清洁生产"),
    "m4": Named("Workforce Management for Cooperation and Business Success", "促进合作与企业成功的人力资源管理"),
    "m5": Named("Safety and Health at Work: a Platform for Productivity", "职业安全与健康：提高生产力的平台"),
}

INDICATORS = (
    Indicator(
        "defect-rate", "Defect rate", "不良率", "kpi", "percent", "down",
        "Defective pieces out of all pieces produced in the period.", "期内不合格品占全部产品的百分比。",
    ),
    Indicator(
        "on-time-delivery", "On-time delivery", "准时交货率", "kpi", "percent", "up",
        "Orders delivered by the agreed date out of all orders of the period.",
        "期内按约定日期交付的订单占全部订单的百分比。",
    ),
    Indicator(
        "capacity-per-head", "Output per worker", "人均产量", "kpi", "other", "up",
        "Output per worker and day, in the enterprise's own pieces.", "每名工人每天的产量，按企业自己的计件单位。",
    ),
    Indicator(
        "output-capacity", "Output capacity", "产能", "kpi", "other", "up",
        "Pieces the enterprise can make in a day, in its own pieces.", "企业每天可生产的数量，按企业自己的计件单位。",
    ),
    Indicator(
        "production-cost", "Production cost", "生产成本", "kpi", "other", "down",
        "Cost of one production unit, in CNY.", "单位产品的生产成本，单位为人民币元。",
    ),
    Indicator(
        "material-recovery", "Material recovery", "材料回收率", "kpi", "percent", "up",
        "Material recovered out of the material that could be.", "实际回收的材料占可回收材料的百分比。",
    ),
    Indicator(
        "waste", "Waste", "废弃物", "kpi", "other", "down",
        "Waste of a month, in kilograms.", "每月废弃物，单位为千克。",
    ),
    Indicator(
        "energy-per-unit", "Energy per unit", "单位产品能耗", "kpi", "kwh-per-unit", "down",
        "Electricity used for one production unit.", "单位产品的耗电量。",
    ),
    Indicator(
        "suggestions-per-month", "Employee suggestions per month", "每月员工建议数", "kpi", "count-per-month", "up",
        "Suggestions handed in by employees in a month.", "每月员工提出的建议数量。",
    ),
    Indicator(
        "suggestions-implemented", "Suggestions put into practice", "建议采纳率", "kpi", "percent", "up",
        "Suggestions put into practice out of all suggestions of the period.", "期内已实施的建议占全部建议的百分比。",
    ),
    Indicator(
        "absenteeism", "Absenteeism", "缺勤率", "kpi", "percent", "down",
        "Working days lost to absence out of all working days.", "缺勤工作日占全部工作日的百分比。",
    ),
    Indicator(
        "labour-turnover", "Labour turnover", "员工流失率", "kpi", "percent", "down",
        "Workers who left in the period out of the average workforce.", "期内离职人数占平均在职人数的百分比。",
    ),
    Indicator(
        "accidents", "Accidents", "工伤事故", "kpi", "count", "down",
        "Accidents at work recorded in the period.", "期内记录的工伤事故数量。",
    ),
    Indicator(
        "hazards-found", "Hazards found", "发现隐患", "kpi", "count", "context",
        "Hazards found in inspections: more may mean a worse place or a better look.",
        "检查中发现的隐患数量：增加可能意味着现场更差，也可能意味着检查更细。",
    ),
    Indicator(
        "inspections-held", "Inspections held", "安全检查次数", "kpi", "count", "context",
        "Safety inspections held by the enterprise in the period.", "期内企业自行开展的安全检查次数。",
    ),
    Indicator(
        "jobs", "Jobs", "就业人数", "kpi", "count", "context",
        "People employed on the day of the form.", "填表当日的在职人数。",
    ),
    Indicator(
        "cycle-time", "Cycle time", "生产周期", "kpi", "days", "down",
        "Days from the start of production to the finished order.", "从投产到订单完成的天数。",
    ),
    Indicator(
        "problems-solved", "Problems solved", "解决问题数", "kpi", "count", "up",
        "Problems the improvement team closed in the period.", "期内改善小组解决的问题数量。",
    ),
    Indicator(
        "standards-written", "Standards written", "编写标准数", "kpi", "count", "up",
        "Working standards written in the period.", "期内编写的作业标准数量。",
    ),
    Indicator(
        "cost-savings", "Cost savings", "节约成本", "kpi", "cny", "up",
        "Savings the enterprise puts down to its improvements, for the months given.",
        "企业认为由改善带来的节约金额，按所填月数计。",
    ),
    Indicator(
        "improvement-team-weekly", "Improvement team meets weekly", "改善小组每周开会", "practice", "yes-no", "up",
        "An enterprise improvement team of managers and workers meets at least once a week.",
        "由管理者和工人组成的企业改善小组每周至少开会一次。",
    ),
    Indicator(
        "suggestion-scheme", "Suggestion scheme", "员工建议制度", "practice", "yes-no", "up",
        "Employees can hand in suggestions and get an answer.", "员工可以提出建议并得到答复。",
    ),
    Indicator(
        "five-s", "5S", "5S管理", "practice", "yes-no", "up",
        "5S is checked regularly in the workshops.", "车间定期检查5S。",
    ),
    Indicator(
        "daily-meeting", "Daily meeting", "每日班前会", "practice", "yes-no", "up",
        "Teams meet briefly every working day.", "班组每个工作日召开简短会议。",
    ),
    Indicator(
        "results-on-display", "Results on display", "绩效看板", "practice", "yes-no", "up",
        "Results of the line are displayed where workers see them.", "产线绩效展示在工人看得到的地方。",
    ),
    Indicator(
        "defects-recorded", "Defects recorded", "记录不良品", "practice", "yes-no", "up",
        "Defects are recorded by kind and place.", "按种类和工序记录不良品。",
    ),
    Indicator(
        "check-at-source", "Quality checked at the source", "源头质量检查", "practice", "yes-no", "up",
        "Workers check their own pieces before handing them on.", "工人在交接前自检产品。",
    ),
    Indicator(
        "energy-metered", "Energy metered", "能源分项计量", "practice", "yes-no", "up",
        "Energy is metered by workshop.", "按车间计量能源。",
    ),
    Indicator(
        "maintenance-plan", "Maintenance plan", "设备保养计划", "practice", "yes-no", "up",
        "Machines are maintained to a written plan.", "按书面计划保养设备。",
    ),
    Indicator(
        "grievance-procedure", "Grievance procedure", "申诉程序", "practice", "yes-no", "up",
        "A written procedure for complaints is known to workers.", "工人了解书面的申诉程序。",
    ),
    Indicator(
        "induction", "Induction of new workers", "新员工入职培训", "practice", "yes-no", "up",
        "New workers are inducted before they start.", "新员工上岗前接受入职培训。",
    ),
    Indicator(
        "osh-committee", "OSH committee", "职业安全健康委员会", "practice", "yes-no", "up",
        "A committee for safety and health with workers in it meets regularly.", "有工人参加的安全健康委员会定期开会。",
    ),
    Indicator(
        "protective-equipment", "Protective equipment worn", "佩戴防护用品", "practice", "yes-no", "up",
        "The protective equipment the work needs is there and worn.", "配备并佩戴工作所需的防护用品。",
    ),
    Indicator(
        "exits-blocked", "Emergency exits blocked", "安全出口堵塞", "practice", "yes-no", "down",
        "An emergency exit was blocked on the day of the visit.", "入厂当日有安全出口被堵塞。",
    ),
    Indicator(
        "enterprises-trained", "Enterprises trained", "受训企业", "reach", "count", "up",
        "Enterprises that took part in a workshop, cumulative.", "参加过课堂培训的企业累计数。",
    ),
    Indicator(
        "people-trained", "People trained", "受训人次", "reach", "count", "up",
        "Participations of managers and workers, cumulative.", "管理者和工人的参训人次累计数。",
    ),
    Indicator(
        "enterprise-visits", "In-factory visits", "入厂辅导次数", "reach", "count", "up",
        "Visits to enterprises, cumulative.", "入厂辅导累计次数。",
    ),
    Indicator(
        "survey-relations", "Say that relations improved", "认为劳资关系改善", "survey", "percent", "up",
        "People asked who say that relations between workers and managers improved.",
        "受访者中认为工人与管理者关系改善的百分比。",
    ),
    Indicator(
        "survey-environment", "Say that the working environment improved", "认为工作环境改善",
        "survey", "percent", "up",
        "Workers asked who say that their working environment improved.", "受访工人中认为工作环境改善的百分比。",
    ),
    Indicator(
        "training-satisfaction", "Satisfied with the training", "对培训满意", "survey", "percent", "up",
        "Participants asked who are satisfied with the training.", "受访学员中对培训满意的百分比。",
    ),
    Indicator(
        "institutions-embedding", "Institutions that embed the training", "将培训纳入服务的机构",
        "capacity", "count", "up",
        "Institutions with the training among their services.", "将本培训纳入其服务的机构数量。",
    ),
    Indicator(
        "sponsors", "Sponsors", "出资机构", "capacity", "count", "up",
        "National institutions and buyers that sponsor or pay.", "资助或付费的国内机构和采购商数量。",
    ),
    Indicator(
        "clusters", "Clusters", "产业集群", "capacity", "count", "up",
        "Geographic areas selected.", "选定的地区数量。",
    ),
    Indicator(
        "mous", "Agreements signed", "签署协议", "capacity", "count", "up",
        "Agreements signed with partners.", "与合作伙伴签署的协议数量。",
    ),
    Indicator(
        "representatives-trained", "Partner representatives trained", "受训的合作伙伴代表",
        "capacity", "count", "up",
        "Representatives of partners trained in running the programme.", "接受项目运作培训的合作伙伴代表人数。",
    ),
    Indicator(
        "business-plans", "Business plans", "业务计划", "capacity", "count", "up",
        "Business plans written by partners for the training.", "合作伙伴为本培训编写的业务计划数量。",
    ),
    Indicator(
        "expert-trainers", "Expert trainers", "专家级培训师", "capacity", "count", "up",
        "Trainers who may assess other trainers.", "可评估其他培训师的培训师人数。",
    ),
    Indicator(
        "centre-of-excellence", "National centre of excellence", "国家卓越中心", "capacity", "count", "up",
        "One where such a centre exists, zero where none does.", "有此中心为一，没有为零。",
    ),
    Indicator(
        "faulty-data-sheets", "Faulty data sheets", "有误的数据表", "capacity", "count", "down",
        "Data sheets returned as incomplete or incorrect.", "因不完整或有误被退回的数据表数量。",
    ),
    Indicator(
        "cost-share-non-ilo", "Training cost covered by non-ILO resources",
        "由国际劳工组织以外资源承担的培训费用比例", "cost", "percent", "up",
        "Share of the training cost paid by others than the ILO.", "由国际劳工组织以外各方支付的培训费用百分比。",
    ),
)  # fmt: skip

# Two or three lucky characters each, as firms like them; none is a person's name.
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

LEFT_REASONS = (
    "Moved to another place / 搬迁",
    "Too many orders, no time / 订单多，没有时间",
    "Change of management / 管理层变动",
    "Closed / 停业",
    "Cost of further modules / 后续模块费用",
)

TALES = (
    Tale(
        "m1",
        Named("Tools have a place", "工具有了固定位置"),
        Named("Tools lay on the benches and were searched for every shift.", "工具散放在工作台上，每班都要寻找。"),
        Named(
            "Workers drew a board with an outline for each tool; a missing one is seen at once.",
            "工人制作了带轮廓的工具板，缺一件马上看得出来。",
        ),
    ),
    Tale(
        "m1",
        Named("The daily meeting", "每日班前会"),
        Named("Problems of the night shift reached the day shift by chance.", "夜班的问题只是偶然传到白班。"),
        Named(
            "Ten minutes at a board every morning; open points carry a date.",
            "每天早上在看板前开会十分钟，未结事项写明日期。",
        ),
    ),
    Tale(
        "m2",
        Named("The gauge beside the machine", "量具放在机床旁"),
        Named("Pieces were measured at the end of the line.", "产品在产线末端才测量。"),
        Named(
            "Each worker measures the first piece; wrong settings are found early.",
            "每位工人测量首件，错误设置及早发现。",
        ),
    ),
    Tale(
        "m2",
        Named("A box for each kind of defect", "每类不良品一个箱子"),
        Named("All rejects went into one box.", "所有不良品放进同一个箱子。"),
        Named("Boxes by kind of defect show each day where to look first.", "按种类分箱，每天都能看出先查哪里。"),
    ),
    Tale(
        "m3",
        Named("Leaks in the compressed air", "压缩空气泄漏"),
        Named("The compressor ran through the breaks.", "休息时间空压机仍在运行。"),
        Named("Leaks are tagged and closed each week.", "每周标记并修复泄漏点。"),
    ),
    Tale(
        "m4",
        Named("The first week of a new worker", "新员工的第一周"),
        Named("New workers learned by watching.", "新员工靠旁观学习。"),
        Named(
            "An experienced worker accompanies each newcomer, with a list of what to learn.",
            "由老员工按学习清单带新员工。",
        ),
    ),
    Tale(
        "m5",
        Named("Labels on the solvents", "溶剂贴上标签"),
        Named("Solvents stood in drink bottles on the benches.", "溶剂装在饮料瓶里放在工作台上。"),
        Named("Labelled cans stand in a ventilated cabinet.", "贴有标签的容器存放在通风柜中。"),
    ),
    Tale(
        "m5",
        Named("Free ways", "通道畅通"),
        Named("Pallets stood before the emergency exit.", "托盘堆在安全出口前。"),
        Named(
            "Lines on the floor keep the way free; the team walks it every week.",
            "地面划线保持通道畅通，小组每周巡查。",
        ),
    ),
)

# As recorded by donors: the last months of Phase II are the first of Phase III.
PHASES = (
    ("phase-1", "Phase I", "第一期", date(2009, 1, 1), date(2012, 12, 31)),
    ("phase-2", "Phase II", "第二期", date(2013, 1, 1), date(2017, 12, 31)),
    ("phase-3", "Phase III", "第三期", date(2017, 10, 1), date(2021, 12, 31)),
)

PROVIDERS = ("provider-1", "provider-2", "provider-3", "provider-4")
ROUND_EVENTS = {
    "tot": Named("Training of trainers", "培训师培训"),
    "toe": Named("Training of enterprises", "企业培训"),
    "launch": Named("Launch", "启动会"),
    "visit": Named("Visit to enterprises", "企业走访"),
}
COMMITTEE = ("employers-national", "safety-national", "union-national", "donor-1", "donor-2", "agency")
# Events of the programme itself: kind, name, place, day, partners; what lies after as_of is planned.
PROGRAMME_EVENTS = (
    ("licence", Named("Licence of a provider", "培训机构授权"), "440100", date(2014, 10, 16), ("provider-1",)),
    ("seminar", Named("Seminar on training material", "教材研讨会"), "110000", date(2015, 3, 12), PROVIDERS),
    ("licence", Named("Licence of a provider", "培训机构授权"), "310000", date(2016, 5, 20), ("provider-3",)),
    ("publication", Named("Stories of improvement", "改善案例集"), "", date(2016, 11, 8), ("agency",)),
    ("workshop", Named("Workshop on reporting", "填报工作会"), "500000", date(2017, 4, 11), COMMITTEE[:2]),
    ("workshop", Named("Consultation on Phase III", "第三期磋商会"), "510100", date(2017, 8, 22), COMMITTEE),
    ("licence", Named("Licence of a provider", "培训机构授权"), "330100", date(2017, 9, 5), ("provider-4",)),
    ("launch", Named("Launch of Phase III", "第三期启动会"), "110000", date(2017, 11, 15), COMMITTEE),
)

# Targets and actuals of the programme's own capacity: indicator, scope, target, actual; each a value and, of people,
# the percentage of women. The kinds are those of a country sheet (zero targets, cost split by module), the numbers not.
CAPACITY = {
    date(2014, 12, 31): (
        ("institutions-embedding", "", (3, None), (2, None)),
        ("cost-share-non-ilo", "m1", (35, None), (31, None)),
        ("cost-share-non-ilo", "m2-5", (0, None), (12, None)),
        ("clusters", "", (6, None), (8, None)),
        ("representatives-trained", "", (20, 50), (17, 41)),
        ("business-plans", "", (0, None), (0, None)),
        ("expert-trainers", "", (2, 50), (1, 0)),
        ("faulty-data-sheets", "", (0, None), (11, None)),
    ),
    AS_OF: (
        ("institutions-embedding", "", (6, None), (6, None)),
        ("cost-share-non-ilo", "m1", (60, None), (66, None)),
        ("cost-share-non-ilo", "m2-5", (45, None), (38, None)),
        ("sponsors", "", (9, None), (10, None)),
        ("clusters", "", (14, None), (15, None)),
        ("mous", "", (8, None), (6, None)),
        ("representatives-trained", "", (60, 50), (64, 47)),
        ("business-plans", "", (5, None), (3, None)),
        ("expert-trainers", "", (8, 50), (7, 43)),
        ("centre-of-excellence", "", (1, None), (0, None)),
        ("faulty-data-sheets", "", (0, None), (4, None)),
    ),
}
# Survey: indicator, value, people asked where the survey says so, operator.
SURVEYS = (
    ("survey-relations", 86, 212, "="),
    ("survey-environment", 83, 148, "="),
    ("survey-environment", 90, None, ">"),
    ("training-satisfaction", 89, 640, "="),
)
