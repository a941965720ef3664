"""All component ids. The form of an id is page-thing-kind."""

ADDRESS = "address"
BRAND = "shell-brand"
NAV = "shell-nav"
NOTICE = "shell-notice"
PROBLEM = "shell-problem"
FOOTER = "shell-footer"
DOCUMENT = "shell-document"
LANGUAGE = "shell-language"
PAGE = "page"

FILTERS = "filters"
SENTENCE = "filters-sentence"
CANONICAL = "filters-canonical"
PLACE_CHOSEN = "filters-place-chosen"
AS_OF = "filters-as-of"
AS_OF_LABEL = "filters-as-of-label"
AS_OF_BOX = "filters-as-of-box"

OVERVIEW_HEADLINES = "overview-headlines"
REGIONS_METRIC = "regions-metric"
REGIONS_MAP = "regions-regions-figure"
RESULTS_INDICATOR = "results-indicator"
RESULTS_INDICATOR_LABEL = "results-indicator-label"
RESULTS_BESIDE = "results-beside"
SOURCES_LIST = "sources-list"
STORIES_TITLE = "stories-title"
STORIES_LIST = "stories-list"
STORIES_MORE = "stories-more"

CAPACITY_HEADLINES = "capacity-headlines"
CAPACITY_BESIDE = "capacity-beside"
CALENDAR_NEXT = "calendar-next"

ENTERPRISES_LIST = "enterprises-list"
ENTERPRISES_SEARCH = "enterprises-search"
ENTERPRISES_SEARCH_LABEL = "enterprises-search-label"
ENTERPRISES_NOTE = "enterprises-note"
ENTERPRISES_BASIS = "enterprises-basis"
ENTERPRISE = "enterprise"
COMPLETENESS_LIST = "completeness-list"
COMPLETENESS_FORMS = "completeness-forms"
COMPLETENESS_REPORTED = "completeness-reported"
COMPLETENESS_DAYS = "completeness-days"
COMPLETENESS_DOUBTS = "completeness-doubts"
COMPLETENESS_TITLE = "completeness-title"
COMPLETENESS_FOOT = "completeness-foot"
COMPLETENESS_ONE = "completeness-one"


def filter_control(dimension: str) -> str:
    """The id of the control of a filter."""
    return f"filters-{dimension}"


def filter_label(dimension: str) -> str:
    """The id of the label of a filter."""
    return f"filters-{dimension}-label"


def page_title(page: str) -> str:
    """The id of the heading of a page."""
    return f"{page}-heading"


def part(page: str, exhibit: str, what: str) -> str:
    """The id of a part of an exhibit on a page: section, title, figure, foot, basis, table or table title."""
    return f"{page}-{exhibit}-{what}"


def of_list(name: str, what: str) -> str:
    """The id of a part of a paged list."""
    return f"{name}-{what}"
