"""The newsletter: what belongs to a period, which names are shown, and where every number links to."""

import html
import json
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from programme import PROGRAMME, Row, Tables, load_rows
from recount_slice import newly_overdue
from visiting import PAGE, Visit

from dashboard.commands.cli import main
from dashboard.pages.newsletter_pages import PeriodProblem, read_period
from data.exhibits import build
from data.filters import Filters
from data.newsletter import Digest, Period, digest, outward
from data.privacy.viewer import MANAGER
from data.records import Record
from data.storage.database import writing_engine
from layouts.texts.newsletter_parts import Letter, Part, Piece, linked, markdown, pieces

pytestmark = pytest.mark.both_databases

WHOLE_2014 = Period(date(2014, 1, 1), date(2014, 12, 31))


def _event(code: str, status: str, starts_on: date | None, **columns: Any) -> Row:
    named = {"name_en": f"Meeting {code}", "name_zh": f"会议{code}", "kind": "workshop"}
    return {"code": code, "status": status, "starts_on": starts_on, **named, **columns}


MORE: Tables = {
    "event": [
        _event("may", "held", date(2014, 5, 1), starts_on_precision="month", place="370200", participants=12),
        _event("year", "held", date(2014, 1, 1), starts_on_precision="year"),
        _event("day", "held", date(2014, 6, 3), ends_on=date(2014, 6, 5)),
        _event("telling", "held", date(2014, 6, 9), name_en="Visit to Enterprise B", name_zh="走访"),
        _event("off", "cancelled", date(2014, 6, 10)),
        _event("next", "planned", date(2015, 2, 1), starts_on_precision="month"),
        _event("unannounced", "planned", date(2015, 3, 1), source="later"),
        _event("by", "held", date(2014, 9, 30), starts_on_precision="by"),
        _event("undated", "planned", None),
    ],
    "story": [
        {
            "code": "open",
            "enterprise": "a",
            "round": "r2",
            "title_en": "A tidy [store] * room",
            "title_zh": "整洁的仓库",
        },
        {"code": "shut", "enterprise": "b", "round": "r2", "title_en": "How Enterprise B did it", "title_zh": "乙"},
        {"code": "old", "enterprise": "a", "round": "r1", "title_en": "Long ago", "title_zh": "从前"},
    ],
}


def programme() -> Tables:
    """The programme of ten, of which a and e may be named; r2 began in a month, and there are events and stories."""
    tables = {name: list(rows) for name, rows in PROGRAMME.items()} | MORE
    tables["enterprise"] = [row | {"may_be_named": row["code"] in "ae"} for row in tables["enterprise"]]
    tables["round"] = [
        row | ({"started_on_precision": "month"} if row["code"] == "r2" else {}) for row in tables["round"]
    ]
    tables["source"] = [
        *tables["source"], {"code": "later", "title_en": "Published later", "published_on": date(2015, 1, 1)}
    ]  # fmt: skip
    # The second round completed Module 2 on days of which only the latest is known; Enterprise F did on a known day.
    tables["training"] = [
        *tables["training"],
        *(
            {
                "enterprise": code,
                "round": "r2",
                "module": "m2",
                "completed_on": date(2014, 12, 31),
                "completed_on_precision": "by",
            }
            for code in "ghi"
        ),
        {"enterprise": "f", "round": "r2", "module": "m2", "completed_on": date(2014, 12, 1)},
    ]
    # Five more measured again in autumn, so that one indicator has enough pairs.
    tables["result"] = [
        *tables["result"],
        *(
            {"enterprise": code, "round": "r2", "module": "m3", "indicator": "output", "operator": "=", "before": 10,
             "before_on": date(2014, 9, 1), "after": 10 + at, "after_on": date(2014, 11, 30)}
            for at, code in enumerate("aefghi", 1)
        ),
    ]  # fmt: skip
    return tables


@pytest.fixture(scope="module")
def address(new_database: Callable[[], str]) -> str:
    engine = writing_engine(address := new_database())
    load_rows(engine, programme())
    engine.dispose()
    return address


@pytest.fixture(scope="module")
def record(address: str) -> Record:
    return Record(address)


@pytest.fixture(scope="module")
def visit(address: str) -> Visit:
    return Visit.to(address, public_url="https://score.example.org")


def digest_of(record: Record, period: Period, filters: Filters | None = None) -> Digest:
    with record.view(MANAGER, filters or Filters()) as view:
        return digest(outward(view, period.until), period)


def test_round_begun_in_the_period_is_listed_with_partners_places_and_enterprises(record):
    (new,) = digest_of(record, WHOLE_2014).rounds
    assert (new.round, new.started_on, new.started_on_precision) == ("r2", date(2014, 8, 1), "month")
    assert new.partners == ("buyer",)
    assert new.places == ("310000", "370200")
    assert new.enterprises == 6  # a, e, f, g, h, i; j was recruited in 2015


@pytest.mark.parametrize(
    ("since", "until", "rounds", "apart"),
    [
        (date(2014, 8, 1), date(2014, 8, 31), ["r2"], []),
        (date(2014, 8, 2), date(2014, 8, 31), [], ["r2"]),
        (date(2014, 8, 1), date(2014, 8, 30), [], []),  # not known to have begun
        (date(2014, 9, 1), date(2014, 9, 30), [], []),
    ],
)
def test_month_precise_date_counts_only_if_the_whole_month_is_in_the_period(record, since, until, rounds, apart):
    found = digest_of(record, Period(since, until))
    assert [new.round for new in found.rounds] == rounds
    assert list(found.apart.rounds) == apart


def test_completions_are_counted_before_in_and_by_the_end_of_the_period(record):
    new, other = digest_of(record, WHOLE_2014).completed
    assert (new.module, new.round, new.enterprises, new.before, new.by) == ("m1", "r2", 1, 0, 1)  # e
    assert (other.module, other.round, other.enterprises, other.by) == ("m2", "r2", 1, 4)  # f; g, h and i are "by"
    found = digest_of(record, Period(date(2013, 6, 1), date(2013, 6, 30)))
    assert [(each.module, each.round, each.enterprises, each.before, each.by) for each in found.completed] == [
        ("m1", "r1", 1, 0, 1)
    ]


def test_completions_known_only_by_a_date_are_told_apart_and_nobody_says_how_many_were_before(record):
    for period in (WHOLE_2014, Period(date(2014, 12, 1), date(2014, 12, 31))):
        found = digest_of(record, period)
        assert [(each.module, each.round, each.enterprises) for each in found.apart.completed] == [("m2", "r2", 3)]
        assert [each.before for each in found.completed if each.module == "m2"] == [None]
    early = digest_of(record, Period(date(2014, 1, 1), date(2014, 12, 30)))
    assert early.apart.completed == (), "it is not known yet"
    assert [(each.before, each.by) for each in early.completed if each.module == "m2"] == [(0, 1)]


@pytest.mark.parametrize("period", [WHOLE_2014, Period(date(2013, 7, 1), date(2014, 12, 31))])
def test_numbers_before_and_after_the_period_equal_the_exhibit(record, period):
    found = digest_of(record, period)
    apart = {(each.module, each.round): each.enterprises for each in found.apart.completed}
    for each in found.completed:
        filters = Filters().with_codes("round", {each.round})
        before, by = (_completed(record, filters.dated(day), each.module) for day in (period.eve, period.until))
        assert by == each.by
        assert each.before in (before, None)
        assert before + each.enterprises + apart.get((each.module, each.round), 0) == by


def _completed(record: Record, filters: Filters, module: str) -> int:
    with record.view(MANAGER, filters) as view:
        table = build(view, "module-funnel").table
    return int(table.set_index("module").loc[module, "completed"])


def test_newly_overdue_is_overdue_at_the_end_of_the_period_and_was_not_before(record):
    found = digest_of(record, WHOLE_2014).overdue
    assert [(each.module, each.enterprises, each.by) for each in found] == [("m1", 1, 1), ("m2", 1, 1)]  # g, c
    autumn = digest_of(record, Period(date(2014, 10, 1), date(2014, 12, 31))).overdue
    assert {(each.module, each.enterprises) for each in autumn} == {("m1", 1)}
    assert len(newly_overdue(programme())) == 1
    with record.view(MANAGER, Filters(as_of=WHOLE_2014.until)) as view:
        table = build(view, "module-funnel").table.set_index("module")["overdue"]
    assert {each.module: each.by for each in found} == {"m1": table["m1"], "m2": table["m2"]}


def test_enterprises_that_completed_all_modules_are_named_or_else_counted(record):
    found = digest_of(record, WHOLE_2014)
    assert (found.through.named, found.through.others) == (("e",), 0)  # g, h and i have more planned
    with record.view(MANAGER, Filters(as_of=WHOLE_2014.until)) as view:
        table = build(view, "journey").table
    assert table.loc[table["stage"] == "all_planned_completed", "recorded"].tolist() == [found.through.by]


def test_results_are_pairs_with_their_after_value_in_the_period(record):
    found = digest_of(record, WHOLE_2014)
    (output,) = found.measured
    assert (output.indicator, output.change.pairs, output.by) == ("output", 6, 6)
    assert output.telling
    assert output.change.median_change == 3.5
    with record.view(MANAGER, Filters(as_of=WHOLE_2014.until)) as view:
        assert len(build(view, "pairs", "output").table) == output.by
    earlier = digest_of(record, Period(date(2013, 12, 1), date(2013, 12, 31)))
    (defects,) = earlier.measured
    assert (defects.indicator, defects.change.pairs, defects.telling) == ("defects", 1, False)
    assert defects.by == 3  # a, b, d: the other pairs have no date


def test_events_are_those_begun_in_the_period_and_upcoming_ones(record):
    found = digest_of(record, Period(date(2014, 5, 1), date(2014, 12, 31)))
    assert [(row["event"], row["name_en"]) for row in found.held[:2]] == [
        ("may", "Meeting may"),
        ("day", "Meeting day"),
    ]
    assert [row["event"] for row in found.coming] == ["next"], "what is announced after the period is not in it"
    assert [row["round"] for row in found.planned] == ["r3"]
    assert found.held[2]["name_en"] == "workshop", "an event that names who may not be named has its kind"
    assert [row["event"] for row in found.apart.held] == ["year", "by"]


def test_stories_belong_to_the_listed_rounds_and_name_no_hidden_enterprise(record):
    assert [row["code"] for row in digest_of(record, WHOLE_2014).stories] == ["open"]


def test_filters_narrow_the_newsletter(record):
    found = digest_of(record, WHOLE_2014, Filters.from_search("round=r1"))
    assert not found.rounds
    assert not found.completed


def test_period_without_events_gives_an_empty_newsletter(record):
    found = digest_of(record, Period(date(2010, 1, 1), date(2010, 1, 31)))
    assert found.empty


class Links(HTMLParser):
    """The links of a page (text, address) and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.tags: set[str] = set()
        self.languages: list[str] = []
        self._href = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.tags.add(tag)
        if "lang" in held:
            self.languages.append(held["lang"] or "")
        self._href = held.get("href") or "" if tag == "a" else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._href = ""

    def handle_data(self, data: str) -> None:
        if self._href:
            self.links.append((data, self._href))


PERIOD = "since=2014-01-01&until=2014-12-31"


def test_mail_has_plain_tables_in_both_languages_without_scripts_or_pictures(visit):
    answer = visit.open(f"/digest.html?{PERIOD}&for=managers")
    assert answer.mimetype == "text/html"
    assert "newsletter-2014-01-01-2014-12-31-both.html" in answer.headers["Content-Disposition"]
    page = Links(answer.text)
    assert not page.tags & {"script", "img", "link", "style", "form", "iframe", "svg"}
    assert page.languages == ["en", "en", "zh-Hans"]
    assert "Synthetic data" in answer.text
    assert 'role="presentation"' in answer.text


def test_every_link_in_the_mail_opens_the_server_at_the_period_end(visit):
    page = Links(visit.open(f"/digest.html?{PERIOD}&for=managers").text)
    assert len(page.links) > 8
    for text, href in page.links:
        assert href.startswith("https://score.example.org/"), (text, href)
        assert "as_of=2014-12-31" in href or "as_of=2013-12-31" in href
        parts = urlsplit(href)
        answer = visit.open(f"{parts.path}?{parts.query}")
        assert answer.status_code == 200, href


def test_newsletter_number_equals_the_exhibit_it_links_to(visit):
    page = Links(visit.open(f"/digest.html?{PERIOD}&letter=en&for=managers").text)
    (enterprises,) = [(text, href) for text, href in page.links if text.endswith("enterprises")]
    table = visit.client.get("/export/overview.csv?" + urlsplit(enterprises[1]).query).text
    assert f"enterprises,{enterprises[0].split()[0]}," in table
    (pairs,) = [(text, href) for text, href in page.links if "/how/pairs" in href]
    assert pairs[0] == "6 pairs"
    assert "indicator=output" in pairs[1]


def test_newsletter_names_no_hidden_enterprise(visit):
    for form in ("html", "md"):
        text = visit.open(f"/digest.{form}?since=2012-01-01&until=2015-12-31&for=managers").text
        assert "Enterprise E" in text
        assert not re.search(r"Enterprise [BCDFGHIJ]\b", text)


def test_newsletter_never_claims_a_cause(visit):
    text = visit.open(f"/digest.md?{PERIOD}&letter=en&for=managers").text
    assert "no change proves a cause" in text
    assert not re.search(r"thanks to|because of|led to|caused by|impact", text, re.IGNORECASE)


def test_newsletter_gives_no_median_for_few_pairs(visit):
    text = visit.open("/digest.md?since=2013-12-01&until=2013-12-31&letter=en&for=managers").text
    assert "too few to generalise: Defects 1" in text
    assert "median" not in text


def test_newsletter_says_what_is_known_only_by_a_date(visit):
    text = visit.open(f"/digest.md?{PERIOD}&letter=en&for=managers").text
    assert "3 completions are known by 31 December 2014, dates not on record: M2 Module 2 (" in text
    assert "Round 2" in text
    assert "1 enterprise completed M2 Module 2 ([4](" in text
    assert "(0 by" not in text.split("M2 Module 2")[1].splitlines()[0]
    assert "1 event is known to have been held by 31 December 2014, date not on record: [Meeting by](" in text
    assert "M1 Module 1: 1 enterprise became overdue" in text
    assert "planned to begin on 1 June 2015" in text


def test_dates_are_written_as_precisely_as_they_are_known(visit):
    text = visit.open(f"/digest.md?{PERIOD}&letter=en&for=managers").text
    assert "began in August 2014" in text
    assert "in May 2014" in text
    assert "1 May 2014" not in text
    assert "3 June 2014 to 5 June 2014" in text


def test_newsletter_of_an_empty_period_is_one_sentence(visit):
    text = visit.open("/digest.md?since=2010-01-01&until=2010-01-31&letter=en&for=managers").text
    assert "Nothing on record falls into 1 January 2010 to 31 January 2010." in text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=2014-13-01", "“2014-13-01” is no date"),
        ("since=1.5.2014", "“1.5.2014” is no date"),
        ("since=0001-01-01", "“0001-01-01” is no date"),
        ("since=2014-05-01&until=2014-04-01", "ends before it begins"),
        ("since=<b>", "“&lt;b&gt;” is no date"),
    ],
)
def test_invalid_period_is_refused_with_a_message(visit, query, said):
    for path in ("/digest", "/digest.html", "/digest.md"):
        answer = visit.open(f"{path}?{query}")
        assert answer.status_code == 400
        assert said in answer.text
        assert "Traceback" not in answer.text


def test_newsletter_page_shows_both_languages_and_offers_both_files(visit):
    text = visit.open(f"/digest?{PERIOD}&for=managers").text
    page = Links(text)
    assert {"en", "zh-Hans"} <= set(page.languages)
    files = [html.unescape(href) for _text, href in page.links if href.startswith("/digest.")]
    assert files == [f"/digest.{form}?{PERIOD}&letter=both&for=managers" for form in ("html", "md")]
    assert "A tidy [store] * room" in text


def test_newsletter_is_in_the_managers_tools_menu(visit):
    assert "/digest" in json.dumps(visit.answered("shell-nav.content"))


def test_markdown_escapes_text():
    letter = Letter("en", "A *title*", "", (), (Part("H", (pieces("see " + linked("[x]_y", "/a") + " now"),)),), ())
    assert markdown([letter]) == "# A \\*title\\*\n\n## H\n\n- see [\\[x\\]\\_y](/a) now\n"


def test_sentence_is_split_into_text_and_links():
    assert pieces("a " + linked("b", "/c") + "d") == (Piece("a "), Piece("b", "/c"), Piece("d"))
    assert pieces("plain") == (Piece("plain"),)


@pytest.mark.parametrize(
    ("since", "until", "reason"), [("nonsense", "", "since"), ("", "2014-02-30", "until"), ("2015-01-01", "", "order")]
)
def test_period_is_parsed_as_people_write_it_or_refused_with_a_reason(since, until, reason):
    with pytest.raises(PeriodProblem) as refused:
        read_period(since, until, date(2014, 12, 31))
    assert refused.value.reason == reason


def test_default_period_is_the_last_quarter_of_the_record():
    assert read_period("", "", date(2014, 12, 31)) == Period(date(2014, 10, 2), date(2014, 12, 31))


@pytest.fixture
def run(address: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("SCORE_DATABASE_URL", address)
    return lambda *arguments: CliRunner().invoke(main, ["digest", "--managers", *arguments])


def test_command_writes_the_mail_and_the_markdown(run, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("SCORE_PUBLIC_URL", "https://score.example.org/")
    out = tmp_path / "letter.html"
    done = run("--since", "2014-01-01", "--until", "2014-12-31", "--output", str(out))
    assert done.exit_code == 0, done.output
    assert "https://score.example.org/?as_of=2014-12-31" in html.unescape(out.read_text(encoding="utf-8"))
    done = run("--since", "2014-01-01", "--format", "md", "--lang", "zh")
    assert done.exit_code == 0, done.output
    assert "2014年12月31日" in done.stdout
    assert "Synthetic" in done.stderr


@pytest.mark.parametrize(
    "arguments", [("--since", "May"), ("--since", "2015-01-01"), ("--since", "2014-01-01", "--until", "x")]
)
def test_command_reports_an_invalid_date(run, arguments):
    done = run(*arguments)
    assert done.exit_code == 1
    assert "no date" in done.output or "ends before it begins" in done.output
    assert "Traceback" not in done.output


def test_link_viewer_cannot_open_the_newsletter(visit):
    assert visit.stranger().get("/digest", headers=PAGE).status_code in (302, 401)
