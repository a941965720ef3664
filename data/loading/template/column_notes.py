"""Notes on tables and columns, in English and in Chinese. People read them in the template."""

from typing import Any

from sqlalchemy import Column, Table

from data.storage.schema import Kind

TABLES: dict[str, tuple[str, str]] = {
    "programme": ("The programme; exactly one row", "项目；只填一行"),
    "source": ("Where facts come from", "资料来源"),
    "phase": ("Phases of the programme", "项目阶段"),
    "place": ("Countries, provinces, cities, counties", "国家、省、市、县"),
    "sector": ("Sectors of industry", "行业"),
    "partner": ("Partners of the programme", "合作伙伴"),
    "module": ("Training modules", "培训模块"),
    "indicator": ("What is measured, in which unit, and which direction is good", "指标、单位及其改善方向"),
    "round": ("Training rounds (batches)", "培训批次"),
    "round_place": ("Places of a round, one a row", "批次所在地，每行一个"),
    "round_partner": ("Partners of a round and their roles, one a row", "批次的合作伙伴及其角色，每行一个"),
    "enterprise": ("Enterprises", "企业"),
    "enrolment": ("Which enterprise takes part in which round", "企业参加批次的情况"),
    "training": ("One enterprise in one module: what was planned and what happened", "企业每个模块的培训计划与进展"),
    "result": ("Before and after, one indicator a row", "前后对比成果，每行一个指标"),
    "reported_figure": ("Published totals and shares with no rows behind them", "已公布的汇总数字（无明细）"),
    "target": ("Targets; zero is a legal target", "目标值；可以为零"),
    "trainer": ("Trainers by code; no personal names", "培训师（只填代码，不填姓名）"),
    "trainer_level": ("Levels a trainer reached, one a row", "培训师取得的等级，每行一个"),
    "event": ("Meetings, launches, visits, publications", "会议、启动、走访、出版等活动"),
    "event_partner": ("Partners of an event, one a row", "活动的合作伙伴，每行一个"),
    "story": ("Before-and-after stories with images", "改善案例（文字和图片）"),
}

_CHINESE: dict[str, str] = {
    "code": "代码",
    "name_en": "英文名称；中英文名称至少填一个",
    "name_zh": "中文名称；中英文名称至少填一个",
    "as_of": "数据截止日",
    "synthetic": "是否为虚构数据？",
    "public": "其中全部事实是否均已公开？",
    "note": "备注",
    "note_en": "读者须知（英文）",
    "note_zh": "读者须知（中文）",
    "iati_activity": "IATI 登记处的活动标识符",
    "key": "是否为主要指标，在图表和页面中排在前面？",
    "sdg": "对应的可持续发展目标具体目标，如 8.2",
    "baseline": "项目开始前的数值",
    "measure": "以该总览数字作为实际值，不用已公布的数字",
    "comment_en": "说明（英文）",
    "comment_zh": "说明（中文）",
    "title_en": "英文标题",
    "title_zh": "中文标题",
    "publisher": "发布者",
    "published_on": "发布日期",
    "url": "网址",
    "starts_on": "开始日期",
    "ends_on": "结束日期",
    "source": "资料来源代码（见 source 表）",
    "level": "行政级别",
    "parent": "上级地点的代码",
    "latitude": "纬度（WGS84，北纬度数）",
    "longitude": "经度（WGS84，东经度数）",
    "isic": "国际标准行业分类（ISIC Rev. 4）大类",
    "kind": "类别",
    "position": "排列顺序",
    "family": "指标类别",
    "unit": "单位",
    "better": "改善方向：up 越高越好，down 越低越好，context 仅供参考",
    "definition_en": "英文定义",
    "definition_zh": "中文定义",
    "phase": "项目阶段代码",
    "number": "批次序号，1 为第一批",
    "planned_enterprises": "计划企业数",
    "planned_start": "计划开始日期",
    "planned_end": "计划结束日期",
    "started_on": "实际开始日期",
    "ended_on": "实际结束日期",
    "round": "批次代码",
    "place": "地点代码",
    "partner": "合作伙伴代码",
    "role": "角色：owner 主办，sponsor 赞助，provider 培训机构，funder 出资",
    "may_be_named": "是否可以公开企业名称？",
    "sector": "行业代码",
    "workers": "员工人数",
    "workers_women": "其中女性员工人数",
    "enterprise": "企业代码",
    "recruited_on": "招募日期",
    "baseline_on": "基线评估日期",
    "left_on": "退出日期",
    "left_reason": "退出原因",
    "module": "模块代码",
    "due_on": "应完成日期",
    "workshop_on": "研讨班日期",
    "visits_planned": "计划入厂辅导次数",
    "visits_done": "已完成入厂辅导次数",
    "assessed_on": "进展评估日期",
    "completed_on": "完成日期",
    "dropped_on": "中途退出日期",
    "managers": "参加的管理人员数",
    "women": "其中女性人数",
    "satisfaction": "满意度",
    "indicator": "指标代码",
    "before": "改善前的数值；单位为 yes-no 的指标填是或否",
    "before_on": "改善前数值的日期",
    "after": "改善后的数值；单位为 yes-no 的指标填是或否",
    "after_on": "改善后数值的日期",
    "change_percent": "变化百分比；仅在不知道前后数值时填写",
    "operator": "= 等于（默认），> 大于，< 小于，~ 约",
    "months": "数值所指时期的月数",
    "verified": "是否经过核实？",
    "scope": "范围：留空、m1 或 m2-5",
    "value": "数值",
    "women_percent": "女性所占百分比",
    "base": "资料给出的样本数 n",
    "sex": "性别：f 女，m 男",
    "organisation": "所属机构（合作伙伴代码）",
    "trainer": "培训师代码",
    "reached_on": "取得日期",
    "status": "状态：planned 计划中，held 已举办，cancelled 已取消",
    "participants": "参加人数",
    "event": "活动代码",
    "before_en": "改善前（英文）",
    "before_zh": "改善前（中文）",
    "after_en": "改善后（英文）",
    "after_zh": "改善后（中文）",
    "before_image": "改善前图片的文件名（与表格放在同一文件夹，PNG 或 JPEG）",
    "after_image": "改善后图片的文件名（与表格放在同一文件夹，PNG 或 JPEG）",
}
_CHINESE_IN_TABLE: dict[tuple[str, str], str] = {
    ("programme", "code"): "项目代码；一个数据库一个项目",
    ("place", "code"): "中国境内用六位行政区划代码（GB/T 2260），境外用 x-…",
    ("module", "code"): "模块代码：m1、m2……",
    ("partner", "parent"): "所属的上级伙伴；下级计入上级",
    ("training", "workers"): "参加的工人数",
    ("training", "women"): "管理人员和工人中的女性人数",
    ("trainer", "code"): "培训师代码；不得填写姓名",
    ("trainer_level", "level"): "等级：candidate 候选，certified 认证，expert 专家",
    ("target", "value"): "目标值；可以为零",
    ("target", "level"): "在成果框架中的层级：outcome 成果，output 产出",
    ("target", "baseline_on"): "基线数值的日期",
    ("programme", "contact"): "读者可以咨询的办公室及其地址、电话",
    ("enterprise", "contact"): "企业办公室的联系电话；仅管理人员可见",
    ("enterprise", "note"): "备注",
    ("round_partner", "note"): "备注；推断得出的关系须在此说明",
    ("target", "due_on"): "目标期限",
    ("reported_figure", "as_of"): "数字所指日期",
    ("result", "round"): "批次代码；可留空",
    ("result", "module"): "模块代码；可留空",
}

_KINDS: dict[Kind, tuple[str, str]] = {
    Kind.CODE: ("Code: lower-case letters, digits, hyphens", "代码：小写字母、数字和连字符"),
    Kind.TEXT: ("Text, at most 4,000 characters", "文本，最多 4000 个字符"),
    Kind.DATE: (
        "Date: YYYY-MM-DD; YYYY-MM or YYYY where no more is known; by 2014-09 where only the latest date is known",
        "日期：YYYY-MM-DD；只知道年月或年份时写 YYYY-MM 或 YYYY；只知道最晚日期时写“截至2014-09”",
    ),
    Kind.COUNT: ("Whole number, zero or more", "非负整数"),
    Kind.NUMBER: ("Number, with a point before decimals", "数字，小数用点"),
    Kind.PERCENT: ("Percentage from 0 to 100: write 85 for 85 %", "百分比，0 到 100：85 % 写 85"),
    Kind.YES_NO: ("yes or no", "是或否（yes 或 no）"),
    Kind.VALUE: ("Number, or yes or no, as the indicator's unit says", "数字，或是、否，依指标单位而定"),
    Kind.IMAGE: ("File name of an image", "图片文件名"),
}


def _lines(column: Column[Any], doc: str, language: int) -> list[str]:
    info = column.info
    refers = ("Code of a row of {}", "须为 {} 表中的代码")[language].format(info["refers"])
    choices = ("One of: {}", "可选：{}")[language].format(", ".join(info["choices"]))
    optional = ("May be blank: not known", "可留空：未知")
    return [
        doc,
        refers if info["refers"] else choices if info["choices"] else _KINDS[info["kind"]][language],
        (("Required", "必填") if info["required"] else optional)[language],
        *([("Part of the key", "属于主键")[language]] if info["key"] else []),
    ]


def english_note(column: Column[Any]) -> str:
    """The note on a column in English: its content, its format, and whether it is required."""
    return ". ".join(line for line in _lines(column, column.doc or "", 0) if line) + "."


def chinese_note(table: Table, column: Column[Any]) -> str:
    """The note on a column in Chinese: its content, its format, and whether it is required."""
    doc = _CHINESE_IN_TABLE.get((table.name, column.name), _CHINESE[column.name])
    return "。".join(_lines(column, doc, 1)) + "。"
