"""Before-and-after stories of modules that an enterprise completed."""

from collections.abc import Sequence
from typing import NamedTuple

from data.demo.basics.bilingual import Named
from data.demo.basics.demo_parts import Enrolment, Step
from data.demo.basics.demo_writing import Writing
from data.demo.outcomes.demo_pictures import draw_pictures

STORIES_AT_MOST = 60


class Tale(NamedTuple):
    """A before-and-after story of one module."""

    module: str
    title: Named
    before: Named
    after: Named


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


def write_story(writing: Writing, enrolment: Enrolment, trained: Sequence[Step]) -> None:
    """Write a story of a completed module for a few enterprises."""
    chance = writing.chance
    probability = min(0.05, STORIES_AT_MOST / writing.enterprise_count)
    completed = [step.module for step in trained if step.completed_on]
    if not completed or writing.stories_written >= STORIES_AT_MOST or not chance.happens(probability):
        return
    tale = chance.pick([tale for tale in TALES if tale.module in completed])
    writing.stories_written += 1
    writing.folder.add("story", {
        "code": f"story-{writing.stories_written}", "enterprise": enrolment.enterprise.code,
        "round": enrolment.round.code, "module": tale.module, "title_en": tale.title.en, "title_zh": tale.title.zh,
        "before_en": tale.before.en, "before_zh": tale.before.zh, "after_en": tale.after.en,
        "after_zh": tale.after.zh, **draw_pictures(writing.folder.path, writing.stories_written), "source": "reports",
    })  # fmt: skip
