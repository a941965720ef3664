"""A pack's charts as PowerPoint's own, which can be edited."""

from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_PATTERN
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn

from dashboard.packs.pack_text import BODY, look, rgb
from layouts import theme
from layouts.figures.chart import Chart, Numbers, Series

FEW = 3
"""Up to so many categories bars would be too thick."""


def add_chart(shapes: Any, place: tuple[int, int, int, int], drawn: Chart) -> Any:
    """Add a chart to a slide's shapes at a place (left, top, width, height); returns its shape."""
    data = CategoryChartData(number_format=drawn.format)
    data.categories = drawn.labels
    for series in drawn.series:
        data.add_series(series.name, _plain(series.values, drawn))
    shape = shapes.add_chart(_kind(drawn), *place, data)
    chart = shape.chart
    look(chart.font, BODY)
    chart.has_title = False
    chart.has_legend = len(drawn.series) > 1 or bool(drawn.series[0].above)
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
        look(chart.legend.font, BODY)
    _axes(chart, drawn)
    plot = chart.plots[0]
    plot.vary_by_categories = False
    plot.gap_width = 8 if drawn.axis else 55 if len(drawn.categories) > FEW else 160
    plot.overlap = 100 if drawn.stacked else 0
    for series, made in zip(drawn.series, plot.series, strict=True):
        _paint(made, series)
        _print_values(made, series, drawn)
        if series.above:
            _error_bars(made, series)
    return shape


def _plain(values: Numbers, drawn: Chart) -> list[float]:
    """Values as a spreadsheet has them: none is 0, a share has six digits."""
    # As plain numbers: one under a base would be written as it is read.
    lengths = [float(theme.length(value)) for value in values]
    return [round(length, 6) for length in lengths] if "%" in drawn.format else lengths


def _kind(drawn: Chart) -> Any:
    if drawn.upright:
        return XL_CHART_TYPE.COLUMN_STACKED if drawn.stacked else XL_CHART_TYPE.COLUMN_CLUSTERED
    return XL_CHART_TYPE.BAR_STACKED if drawn.stacked else XL_CHART_TYPE.BAR_CLUSTERED


def _axes(chart: Any, drawn: Chart) -> None:
    """Categories in reading order without marks; the values' axis only gives the scale, for they are printed."""
    names, values = chart.category_axis, chart.value_axis
    names.reverse_order = not drawn.upright
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.has_major_gridlines = False
    names.format.line.color.rgb = rgb(theme.LINE)
    look(names.tick_labels.font, BODY)
    # Otherwise long names would be turned on end.
    names._element.find(qn("c:txPr")).find(qn("a:bodyPr")).attrib.update({"rot": "0", "vert": "horz"})  # noqa: SLF001
    if drawn.axis:
        names.has_title = True
        run = names.axis_title.text_frame.paragraphs[0].add_run()
        run.text = drawn.axis
        look(run.font, BODY)
    values.visible = False
    values.has_major_gridlines = False
    if all(value >= 0 for series in drawn.series for value in series.lengths):
        values.minimum_scale = 0
    if drawn.most:
        # Behind a bar stands its number, but for those that have it inside.
        inside = drawn.stacked or bool(drawn.series[0].above)
        values.maximum_scale = drawn.most * (1 if inside else 1.08)


def _paint(made: Any, series: Series) -> None:
    fill = made.format.fill
    if series.hatched:
        fill.patterned()
        fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL if series.hatched == "/" else MSO_PATTERN.DIAGONAL_CROSS
        fill.fore_color.rgb, fill.back_color.rgb = rgb(series.hatching), rgb(series.colour)
    else:
        fill.solid()
        fill.fore_color.rgb = rgb(series.colour)
    made.invert_if_negative = False
    for at, colour in enumerate(series.colours):
        if colour != series.colour:
            point = made.points[at].format.fill
            point.solid()
            point.fore_color.rgb = rgb(colour)


def _print_values(made: Any, series: Series, drawn: Chart) -> None:
    """Every value at its bar, but those whose bar has no room: their format leaves them out, edited or not."""
    labels = made.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = drawn.format, False
    if drawn.stacked or drawn.axis:
        labels.number_format = f'[<{max(drawn.fewest, 0.5):g}]"";{drawn.format}'
    if drawn.stacked:
        labels.position = XL_LABEL_POSITION.CENTER
    else:
        labels.position = XL_LABEL_POSITION.INSIDE_BASE if series.above else XL_LABEL_POSITION.OUTSIDE_END
    on_dark = drawn.stacked and series.dark
    look(labels.font, BODY, bold=drawn.stacked or len(drawn.series) == 1, colour=theme.PAPER if on_dark else theme.INK)
    if series.hatched:
        # On a pattern no number can be read: it has ground of its own.
        ground = parse_xml(
            f'<c:spPr xmlns:c="{_C}" xmlns:a="{_A}"><a:solidFill><a:srgbClr val="{series.colour[1:]}"/></a:solidFill>'
            "</c:spPr>"
        )
        labels._element.find(qn("c:txPr")).addprevious(ground)  # noqa: SLF001


_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def _error_bars(made: Any, series: Series) -> None:
    """The interval around each value, which python-pptx has no words for."""
    bars = parse_xml(
        f'<c:errBars xmlns:c="{_C}" xmlns:a="{_A}"><c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="0"/>{_numbers("plus", series.above)}{_numbers("minus", series.below)}'
        f'<c:spPr><a:ln w="28575"><a:solidFill><a:srgbClr val="{theme.AFTER[1:]}"/></a:solidFill></a:ln></c:spPr>'
        "</c:errBars>"
    )
    made._element.find(qn("c:cat")).addprevious(bars)  # noqa: SLF001


def _numbers(name: str, values: Numbers) -> str:
    points = "".join(f'<c:pt idx="{at}"><c:v>{theme.length(value):.6f}</c:v></c:pt>' for at, value in enumerate(values))
    return (
        f"<c:{name}><c:numLit><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{len(values)}"/>{points}</c:numLit></c:{name}>'
    )
