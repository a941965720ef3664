"""The charts of a pack as PowerPoint charts, which can be edited."""

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
"""With at most this number of categories, bars get wider gaps."""


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
    for series, drawn_series in zip(drawn.series, plot.series, strict=True):
        _paint(drawn_series, series)
        _print_values(drawn_series, series, drawn)
        if series.above:
            _error_bars(drawn_series, series)
    return shape


def _plain(values: Numbers, drawn: Chart) -> list[float]:
    """Values as plain numbers for a spreadsheet. A missing value is 0; a share has six digits."""
    # Plain numbers: a number below the base would be written as its text.
    lengths = [float(theme.length(value)) for value in values]
    return [round(length, 6) for length in lengths] if "%" in drawn.format else lengths


def _kind(drawn: Chart) -> Any:
    if drawn.upright:
        return XL_CHART_TYPE.COLUMN_STACKED if drawn.stacked else XL_CHART_TYPE.COLUMN_CLUSTERED
    return XL_CHART_TYPE.BAR_STACKED if drawn.stacked else XL_CHART_TYPE.BAR_CLUSTERED


def _axes(chart: Any, drawn: Chart) -> None:
    """Set the axes: categories in reading order, without marks; the value axis is hidden, since values are printed."""
    names, values = chart.category_axis, chart.value_axis
    names.reverse_order = not drawn.upright
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.has_major_gridlines = False
    names.format.line.color.rgb = rgb(theme.LINE)
    look(names.tick_labels.font, BODY)
    # Keeps long names horizontal.
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
        # Leaves room for the number after a bar, unless it is inside the bar.
        inside = drawn.stacked or bool(drawn.series[0].above)
        values.maximum_scale = drawn.most * (1 if inside else 1.08)


def _paint(drawn_series: Any, series: Series) -> None:
    fill = drawn_series.format.fill
    if series.hatched:
        fill.patterned()
        fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL if series.hatched == "/" else MSO_PATTERN.DIAGONAL_CROSS
        fill.fore_color.rgb, fill.back_color.rgb = rgb(series.hatching), rgb(series.colour)
    else:
        fill.solid()
        fill.fore_color.rgb = rgb(series.colour)
    drawn_series.invert_if_negative = False
    for at, colour in enumerate(series.colours):
        if colour != series.colour:
            point = drawn_series.points[at].format.fill
            point.solid()
            point.fore_color.rgb = rgb(colour)


def _print_values(drawn_series: Any, series: Series, drawn: Chart) -> None:
    """Print each value at its bar. The number format leaves out values whose bar has no room, also after editing."""
    labels = drawn_series.data_labels
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
        # A number on a pattern is unreadable: give it a plain background.
        ground = parse_xml(
            f'<c:spPr xmlns:c="{_C}" xmlns:a="{_A}"><a:solidFill><a:srgbClr val="{series.colour[1:]}"/></a:solidFill>'
            "</c:spPr>"
        )
        labels._element.find(qn("c:txPr")).addprevious(ground)  # noqa: SLF001


_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def _error_bars(drawn_series: Any, series: Series) -> None:
    """Add the interval around each value; python-pptx has no function for it."""
    bars = parse_xml(
        f'<c:errBars xmlns:c="{_C}" xmlns:a="{_A}"><c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="0"/>{_numbers("plus", series.above)}{_numbers("minus", series.below)}'
        f'<c:spPr><a:ln w="28575"><a:solidFill><a:srgbClr val="{theme.AFTER[1:]}"/></a:solidFill></a:ln></c:spPr>'
        "</c:errBars>"
    )
    drawn_series._element.find(qn("c:cat")).addprevious(bars)  # noqa: SLF001


def _numbers(name: str, values: Numbers) -> str:
    points = "".join(f'<c:pt idx="{at}"><c:v>{theme.length(value):.6f}</c:v></c:pt>' for at, value in enumerate(values))
    return (
        f"<c:{name}><c:numLit><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{len(values)}"/>{points}</c:numLit></c:{name}>'
    )
