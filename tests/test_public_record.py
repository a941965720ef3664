"""The published record of SCORE China: it is complete, agrees with the published texts, and adds nothing."""

import calendar
import csv
import hashlib
import itertools
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from visiting import Visit

from data.filters import Filters
from data.newsletter import Digest, Period, digest, outward
from data.privacy.viewer import MANAGER
from data.records import Record
from data.storage.database import reading_engine
from data.storage.schema import CONTRACT_TABLES, Kind, contract_columns, precision_of
from layouts import ids

FOLDER = Path(__file__).parents[1] / "data" / "public_record"
TABLES = {table.name: table for table in CONTRACT_TABLES}
DATE = re.compile(r"(by )?(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NUMBER = re.compile(r"-?\d+(\.\d+)?")

SUMMER, AUTUMN, DECEMBER = "newsletter-2014-summer", "newsletter-2014-autumn", "newsletter-2014-december"
BROCHURE, NEWS, EVALUATION = "partnership-brochure", "news-2017-03-31", "midterm-evaluation-2015"

# Digests of people named in the texts, in lower case, who are not quoted: their names must not be in shipped data, nor
# here.
PEOPLE = frozenset(
    {
        "ef5393bcba686061",
        "967ce150d872be3e",
        "5b135cf0cb130599",
        "a54afb366901f590",
        "94daffc4890dacbe",
        "18a53242ad3e4c36",
        "77b02a8a95c8d9d9",
    }
)

# Story: speaker, office and source of a public quotation. The speakers are named nowhere else.
SPEAKERS = {
    "multiplex-view": ("Weng Youngguang", "Deputy General Manager of Multiplex Optoelectronic", BROCHURE),
    "hr-expert-view": ("Mu Xiaojun", "SCORE module expert on human resource management", SUMMER),
    "adviser-view": ("Michael Elkin", "SCORE Global Chief Technical Advisor", AUTUMN),
    "trainer-view": ("Asia Wang", "SCORE trainer and Managing Director of NEWAsia Solutions Limited", DECEMBER),
}

Rows = list[dict[str, str]]
Tables = dict[str, Rows]


def _read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


@pytest.fixture(scope="module")
def record() -> Tables:
    return {name: _read(FOLDER / f"{name}.csv") for name in TABLES}


def _key(name: str, row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[column.name] for column in contract_columns(TABLES[name]) if column.info["key"])


def _stored(written: str) -> tuple[date, str]:
    """The expected stored date and precision of a written date, calculated without the loader."""
    _, year, month, day = DATE.fullmatch(written).groups()
    known = "day" if day else "month" if month else "year"
    first = date(int(year), int(month or 1), int(day or 1))
    return (_end(first, known), "by") if written.startswith("by ") else (first, known)


def _end(first: date, precision: str) -> date:
    """The last day of a day, a month or a year; a `by` date is one already."""
    month = 12 if precision == "year" else first.month
    return first if precision in {"day", "by"} else date(first.year, month, calendar.monthrange(first.year, month)[1])


def _last_day(written: str) -> date | None:
    """The last day that a written date may mean: from then on its fact is seen."""
    return _end(*_stored(written)) if written else None


def _one(rows: Rows, **where: str) -> dict[str, str]:
    found = [row for row in rows if all(row[column] == value for column, value in where.items())]
    assert len(found) == 1, f"{len(found)} rows with {where}"
    return found[0]


# The database it becomes


def _as_loaded(name: str, column: str, cell: str, unit: str | None) -> object:
    """The expected database value of a cell, computed without the loader."""
    kind = TABLES[name].c[column].info["kind"]
    if cell == "":
        defaults = {"operator": "="}
        blank_key = TABLES[name].c[column].primary_key
        return defaults.get(column, "" if blank_key else None)
    if kind is Kind.DATE:
        return _stored(cell)[0]
    if kind is Kind.YES_NO or (kind is Kind.VALUE and unit == "yes-no"):
        return cell == "yes"
    if kind in (Kind.COUNT, Kind.NUMBER, Kind.PERCENT, Kind.VALUE):
        return float(cell)
    return cell


def test_loaded_database_has_exactly_the_cells_of_the_record(record: Tables, public_record_url: str):
    units = {row["code"]: row["unit"] for row in record["indicator"]}
    engine = reading_engine(public_record_url)
    with engine.connect() as connection:
        for name, rows in record.items():
            columns = [column.name for column in contract_columns(TABLES[name])]
            expected = {
                tuple(_as_loaded(name, column, row[column], units.get(row.get("indicator", ""))) for column in columns)
                for row in rows
            }
            stored = {tuple(row) for row in connection.execute(select(*(TABLES[name].c[column] for column in columns)))}
            assert stored == expected, name
            for column in contract_columns(TABLES[name]):
                if column.info["kind"] is not Kind.DATE:
                    continue
                both = (column, TABLES[name].c[precision_of(column.name)])
                found = {tuple(row) for row in connection.execute(select(*both).where(column.is_not(None)))}
                assert found == {_stored(row[column.name]) for row in rows if row[column.name]}, column
    engine.dispose()


# The files


def test_files_are_exactly_the_tables_of_the_import_format():
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_header_has_the_columns_of_the_import_format_in_order(name: str):
    header = (FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.split(",") == [column.name for column in contract_columns(TABLES[name])]


@pytest.mark.parametrize("name", TABLES)
def test_file_is_plain_utf8_with_lf_and_no_ragged_rows(name: str):
    content = (FOLDER / f"{name}.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    rows = list(csv.reader(content.decode("utf-8").splitlines(), strict=True))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [cell for row in rows for cell in row if cell != cell.strip()] == []


@pytest.mark.parametrize("name", TABLES)
def test_keys_are_unique_and_required_cells_are_filled(name: str, record: Tables):
    keys = Counter(_key(name, row) for row in record[name])
    assert [key for key, count in keys.items() if count > 1] == []
    required = [column.name for column in contract_columns(TABLES[name]) if column.info["required"]]
    assert [(key, row) for row in record[name] for key in required if not row[key]] == []


@pytest.mark.parametrize("name", TABLES)
def test_every_code_refers_to_an_existing_row(name: str, record: Tables):
    for column in contract_columns(TABLES[name]):
        if not column.info["refers"]:
            continue
        known = {row["code"] for row in record[column.info["refers"]]}
        used = {row[column.name] for row in record[name]} - {""}
        assert used <= known, f"{name}.{column.name}"


def _is_date(text: str) -> bool:
    parts = DATE.fullmatch(text)
    if parts is None:
        return False
    year, month, day = (int(part) if part else 1 for part in parts.groups()[1:])
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


READS = {
    Kind.CODE: CODE.fullmatch,
    Kind.TEXT: lambda text: len(text) <= 4000,
    Kind.DATE: _is_date,
    Kind.COUNT: str.isdecimal,
    Kind.NUMBER: NUMBER.fullmatch,
    Kind.VALUE: NUMBER.fullmatch,
    Kind.PERCENT: lambda text: NUMBER.fullmatch(text) and 0 <= float(text) <= 100,
    Kind.YES_NO: {"yes", "no"}.__contains__,
    Kind.IMAGE: {""}.__contains__,  # the record has no images
}


@pytest.mark.parametrize("name", TABLES)
def test_every_cell_is_valid_for_its_column(name: str, record: Tables):
    bad = [
        (column.name, row[column.name])
        for column in contract_columns(TABLES[name])
        for row in record[name]
        if (text := row[column.name])
        and not (text in column.info["choices"] if column.info["choices"] else READS[column.info["kind"]](text))
    ]
    assert bad == []


def test_every_fact_has_a_source_and_every_source_is_used(record: Tables):
    with_source = [name for name in TABLES if any(c.name == "source" for c in contract_columns(TABLES[name]))]
    assert len(with_source) == 13
    assert [(name, row) for name in with_source for row in record[name] if not row["source"]] == []
    used = {row["source"] for name in with_source for row in record[name]}
    assert used == {row["code"] for row in record["source"]}


def test_names_are_in_both_languages_except_those_known_only_in_english(record: Tables):
    for name, rows in record.items():
        if "name_en" not in rows[0]:
            continue
        english_only = {row["code"] for row in rows if not row["name_zh"]}
        if name == "enterprise":
            assert english_only == {row["code"] for row in rows if row["may_be_named"] == "yes"}
        else:
            assert english_only == ({"newasia"} if name == "partner" else set())
        assert all(row["name_en"] for row in rows)


def test_definitions_titles_and_stories_are_in_both_languages(record: Tables):
    for name, columns in {
        "source": ["title"],
        "indicator": ["definition"],
        "story": ["title", "before", "after"],
        "programme": ["note"],
        "target": ["comment"],
    }.items():
        for row in record[name]:
            for column in columns:
                assert bool(row[f"{column}_en"]) == bool(row[f"{column}_zh"]), (name, row, column)
                assert not re.search("[\u4e00-\u9fff]", row[f"{column}_en"])
    assert all(row["definition_en"] for row in record["indicator"])
    assert all(row["title_en"] and row["after_en"] for row in record["story"])
    assert all(row["title_en"] for row in record["source"])


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _names_in(text: str) -> set[str]:
    """Every part of a text that could be a name: one Latin word, two in a row, two or three Chinese characters."""
    latin = re.findall(r"[a-z]+", text.lower())
    chinese = re.findall("[\u4e00-\u9fff]+", text)
    pairs = {f"{first} {second}" for first, second in itertools.pairwise(latin)}
    return set(latin) | pairs | {run[at : at + n] for run in chinese for n in (2, 3) for at in range(len(run) - n + 1)}


def test_search_for_persons_detects_a_listed_person():
    assert PEOPLE & {_digest(words) for words in _names_in("Contact Ms. " + "Zhou" + " Jie at once")}


def test_record_contains_no_email_address_and_no_person_but_the_speakers_of_quotations():
    for path in FOLDER.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not PEOPLE & {_digest(words) for words in _names_in(text)}, path.name
        assert not re.search(r"\w@\w", text), path.name
        for story, (speaker, _, _) in SPEAKERS.items():
            assert {line.split(",")[0] for line in text.splitlines() if speaker.split()[-1] in line} <= {story}, (
                path.name
            )


# The record is consistent


def test_single_programme_is_real_public_and_dated_by_the_last_news_item(record: Tables):
    programme = record["programme"]
    assert [(row["code"], row["as_of"], row["synthetic"], row["public"]) for row in programme] == [
        ("score-china", "2017-03-31", "no", "yes")
    ]
    assert "企业可持续发展项目" in programme[0]["name_zh"]


def test_nothing_was_held_or_measured_after_the_as_of_date(record: Tables):
    done = [row[day] for row in record["event"] if row["status"] == "held" for day in ("starts_on", "ends_on")]
    done += [row[day] for row in record["training"] for day in ("workshop_on", "assessed_on", "completed_on")]
    done += [row["after_on"] for row in record["result"]] + [row["as_of"] for row in record["reported_figure"]]
    done += [row[day] for row in record["round"] for day in ("started_on", "ended_on")]
    assert any(done)
    assert [day for day in done if day and _stored(day)[0] > date(2017, 3, 31)] == []


def test_dates_of_a_row_are_in_order(record: Tables):
    ordered = {
        "event": ("starts_on", "ends_on"),
        "phase": ("starts_on", "ends_on"),
        "training": ("workshop_on", "completed_on"),
        "round": ("planned_start", "planned_end"),
    }
    for name, (first, last) in ordered.items():
        both = [row for row in record[name] if row[first] and row[last]]
        assert both
        assert [row for row in both if _stored(row[first])[0] > _stored(row[last])[0]] == []


def test_places_in_china_have_the_parent_given_by_their_code(record: Tables):
    level = {"country": 0, "province": 2, "city": 4, "county": 6}
    for row in record["place"]:
        assert row["latitude"]
        assert row["longitude"]
        if row["code"].startswith("x-"):
            continue
        digits = level[row["level"]]
        assert re.fullmatch(r"\d{6}", row["code"])
        if digits:
            parent = row["code"][: digits - 2].ljust(6, "0") if digits > 2 else "100000"
            assert row["parent"] == parent
    assert _one(record["place"], code="321283")["parent"] == "321200"


def test_shares_are_between_0_and_100_and_counts_whole(record: Tables):
    unit = {row["code"]: row["unit"] for row in record["indicator"]}
    values = [(row["indicator"], row["value"]) for name in ("reported_figure", "target") for row in record[name]]
    values += [(row["indicator"], row[side]) for row in record["result"] for side in ("before", "after") if row[side]]
    for indicator, value in values:
        if unit[indicator] == "percent":
            assert 0 <= float(value) <= 100, indicator
        if unit[indicator] in {"count", "count-per-month"}:
            assert value.isdecimal(), indicator


def test_each_round_has_the_number_of_enterprises_in_the_texts(record: Tables):
    assert Counter(row["round"] for row in record["enrolment"]) == {
        "taixing-1": 5,
        "ningbo-1": 5,
        "deyang-1": 5,
        "deyang-2": 6,
        "bsci-1": 4,
        "eti-pilot": 4,
        "coop-pilot": 3,
        "chongqing-cec": 2,
    }


def test_every_enterprise_is_in_one_round_except_the_one_of_unknown_round(record: Tables):
    rounds = Counter(row["enterprise"] for row in record["enrolment"])
    assert set(rounds.values()) == {1}
    assert {row["code"] for row in record["enterprise"]} - set(rounds) == {"multiplex-optoelectronic"}


def test_unnamed_enterprises_may_not_be_named_and_state_their_number_in_the_round(record: Tables):
    round_of = {row["enterprise"]: row["round"] for row in record["enrolment"]}
    size = Counter(round_of.values())
    unnamed = [row for row in record["enterprise"] if "unnamed" in row["name_en"]]
    assert len(unnamed) == 27
    for row in unnamed:
        assert row["may_be_named"] == "no"
        place, total = re.search(r"(\d+) of (\d+)", row["name_en"]).groups()
        assert int(place) <= int(total) == size[round_of[row["code"]]]
        assert "未具名" in row["name_zh"]
        assert f"{total}家" in row["name_zh"]
    assert {row["name_en"] for row in record["enterprise"] if row["may_be_named"] == "yes"} == {
        "Yucheng Futong Electric",
        "Shengbao Vehicle",
        "Runyuan Warp Knitting Machinery",
        "Teho Metal",
        "Tailai Decelerator",
        "Chongqing Jianghua Rubber and Plastic Manufacturing Company Limited",
        "Lianglong Socks",
        "Multiplex Optoelectronic Technologies Co., Ltd.",
    }


def test_facts_without_a_source_are_blank(record: Tables):
    blank = {
        "programme": ["iati_activity"],
        "indicator": ["sdg"],
        "enterprise": ["workers", "workers_women", "contact"],
        "target": ["baseline", "baseline_on", "measure"],
        "enrolment": ["baseline_on", "left_on", "left_reason"],
        "training": [
            *("visits_planned", "visits_done", "assessed_on", "dropped_on"),
            *("managers", "workers", "women", "satisfaction"),
        ],
        "result": ["before_on", "verified"],
        "reported_figure": ["scope", "base"],
        "story": ["before_image", "after_image"],
    }
    for name, columns in blank.items():
        assert [(row, column) for row in record[name] for column in columns if row[column]] == []


# Agreement with the texts

RESULTS = {
    # enterprise, indicator: before, after, change in per cent, operator, months, source
    ("yucheng-futong-electric", "defect-rate"): ("4.13", "0.61", "", "=", "", DECEMBER),
    ("yucheng-futong-electric", "on-time-delivery"): ("88.6", "92.58", "", "=", "", DECEMBER),
    ("yucheng-futong-electric", "capacity-per-head"): ("", "", "35.88", "=", "", DECEMBER),
    ("yucheng-futong-electric", "suggestions"): ("", "307", "", "=", "", DECEMBER),
    ("yucheng-futong-electric", "team-meetings-per-week"): ("", "1", "", "=", "", DECEMBER),
    ("shengbao-vehicle", "suggestions-per-month"): ("", "100", "", ">", "", DECEMBER),
    ("shengbao-vehicle", "suggestion-benefits"): ("", "255700", "", ">", "3", DECEMBER),
    ("shengbao-vehicle", "review-conferences-per-month"): ("", "1", "", "=", "", DECEMBER),
    ("runyuan-warp-knitting-machinery", "standards-manuals"): ("", "42", "", "=", "", DECEMBER),
    ("teho-metal", "material-recovery"): ("97.5", "98.5", "", "=", "", DECEMBER),
    ("teho-metal", "suggestions-implemented"): ("", "100", "", "=", "", DECEMBER),
    ("tailai-decelerator", "problems-solved"): ("", "110", "", "=", "", DECEMBER),
    ("lianglong-socks", "production-cost"): ("", "", "-30", "=", "", BROCHURE),
    ("lianglong-socks", "output-capacity"): ("", "", "10", "=", "", BROCHURE),
}
_RESULT_COLUMNS = ("before", "after", "change_percent", "operator", "months", "source")


def test_results_are_exactly_those_of_the_texts(record: Tables):
    found = {
        (row["enterprise"], row["indicator"]): tuple(row[column] for column in _RESULT_COLUMNS)
        for row in record["result"]
    }
    assert found == RESULTS


def test_results_are_dated_by_the_month_of_the_newsletter_or_not_at_all(record: Tables):
    dates = Counter((row["source"], row["before_on"], row["after_on"]) for row in record["result"])
    assert dates == {(DECEMBER, "", "by 2014-12-31"): 12, (BROCHURE, "", ""): 2}


def test_exactly_three_results_are_pairs(record: Tables):
    pairs = [row for row in record["result"] if row["before"] and row["after"] and row["operator"] == "="]
    assert [(row["enterprise"], row["before"], row["after"]) for row in pairs] == [
        ("yucheng-futong-electric", "4.13", "0.61"),
        ("yucheng-futong-electric", "88.6", "92.58"),
        ("teho-metal", "97.5", "98.5"),
    ]


def test_change_without_levels_has_no_before_and_after(record: Tables):
    changes = [row for row in record["result"] if row["change_percent"]]
    assert len(changes) == 3
    assert [row for row in changes if row["before"] or row["after"]] == []


FIGURES = {
    # code: value, operator, women in per cent, source
    "phase-1-enterprises-trained": ("53", "=", "", BROCHURE),
    "phase-1-people-trained": ("784", "=", "", BROCHURE),
    "phase-1-enterprise-visits": ("224", "=", "", BROCHURE),
    "phase-1-share-cost-savings": ("83", "=", "", BROCHURE),
    "phase-1-average-cost-saving": ("18670", "=", "", BROCHURE),
    "phase-1-share-fewer-defects": ("70", "=", "", BROCHURE),
    "phase-1-average-defect-change": ("-11", "=", "", BROCHURE),
    "phase-1-share-less-material": ("50", "=", "", BROCHURE),
    "phase-1-share-less-energy": ("30", "=", "", BROCHURE),
    "phase-1-average-energy-change": ("-13", "=", "", BROCHURE),
    "coop-survey-relations": ("92", "=", "", BROCHURE),
    "coop-survey-cost-productivity": ("100", "=", "", BROCHURE),
    "coop-survey-environment": ("94", "=", "", BROCHURE),
    "coop-survey-efficiency": ("87", "=", "", BROCHURE),
    "coop-enterprises-trained": ("3", "=", "", BROCHURE),
    "coop-training-fee": ("3000", "=", "", "ilo-coop"),
    "bsci-1-enterprises-planned": ("10", "=", "", BROCHURE),
    "bsci-1-workers-planned": ("2500", "<", "", BROCHURE),
    "bsci-1-budget": ("80000", "=", "", BROCHURE),
    "bsci-1-enterprises-trained": ("4", "=", "", AUTUMN),
    "bsci-1-cost-share": ("50", "=", "", AUTUMN),
    "china-enterprises-trained-2014-10": ("80", "=", "", AUTUMN),
    "deyang-1-enterprises-trained": ("5", "=", "", SUMMER),
    "sichuan-enterprises-trained-2014-10": ("10", "=", "", "ilo-osh-workshop-2014"),
    "sichuan-pilot-enterprises-represented": ("13", "=", "", "sichuan-cec-2013"),
    "deyang-2-trainers": ("6", "=", "", DECEMBER),
    "deyang-2-trainers-women": ("2", "=", "", DECEMBER),
    "cec-representatives-2014-12": ("4", "=", "", DECEMBER),
    "newasia-certified-trainers": ("2", "=", "", "newasia-certified"),
    "switcher-purchases-refunded": ("1", "=", "", DECEMBER),
    "switcher-cash-per-worker": ("1130", "=", "", DECEMBER),
    "newsletter-issues-2014": ("5", "=", "", DECEMBER),
    "programme-countries": ("7", "=", "", BROCHURE),
    "june-2015-institutions-embedding": ("4", "=", "", EVALUATION),
    "june-2015-cost-share-non-ilo": ("50", "=", "", EVALUATION),
    "june-2015-sponsors": ("7", "=", "", EVALUATION),
    "june-2015-clusters": ("5", "=", "", EVALUATION),
    "june-2015-mous": ("4", "=", "", EVALUATION),
    "june-2015-representatives-trained": ("36", "=", "56", EVALUATION),
    "june-2015-business-plans": ("2", "=", "", EVALUATION),
    "june-2015-expert-trainers": ("2", "=", "", EVALUATION),
    "june-2015-centre-of-excellence": ("0", "=", "", EVALUATION),
    "phase-2-years": ("4", "=", "", NEWS),
    "zhejiang-enterprises-planned": ("500", "=", "", NEWS),
    "fireworks-production-share": ("70", ">", "", NEWS),
}


def test_published_figures_are_exactly_those_of_the_sources(record: Tables):
    found = {
        row["code"]: (row["value"], row["operator"], row["women_percent"], row["source"])
        for row in record["reported_figure"]
    }
    assert found == FIGURES


def test_targets_of_june_2015_equal_the_country_table_including_zero(record: Tables):
    found = {row["indicator"]: (row["value"], row["women_percent"]) for row in record["target"]}
    assert found == {
        "institutions-embedding": ("4", ""),
        "cost-share-non-ilo": ("40", ""),
        "sponsors": ("7", ""),
        "clusters": ("5", ""),
        "mous": ("5", ""),
        "representatives-trained": ("35", "60"),
        "business-plans": ("4", ""),
        "expert-trainers": ("4", ""),
        "centre-of-excellence": ("0", ""),
    }
    same = {(row["place"], row["due_on"], row["scope"], row["source"]) for row in record["target"]}
    assert same == {("100000", "2015-06", "", EVALUATION)}


def test_every_target_has_a_matching_figure(record: Tables):
    actual = {
        (row["indicator"], row["place"], row["scope"])
        for row in record["reported_figure"]
        if row["as_of"] and row["as_of"] <= "2015-06"
    }
    assert {(row["indicator"], row["place"], row["scope"]) for row in record["target"]} <= actual


DELIVERIES = {
    # round, module: trainings, due, workshop, completed
    ("taixing-1", "m1"): (5, "", "", "by 2014-12-09"),
    ("taixing-1", "m2"): (5, "2014-12-31", "2014-12-09", ""),
    ("chongqing-cec", "m1"): (2, "", "by 2014-10-31", ""),
    ("coop-pilot", "m1"): (3, "", "", "by 2012-12-31"),
    ("coop-pilot", "m2"): (3, "", "", "by 2012-12-31"),
    ("ningbo-1", "m1"): (5, "", "2014-04", ""),
    ("deyang-1", "m1"): (5, "", "2014-06", ""),
    ("deyang-1", "m5"): (5, "", "2014-09-02", ""),
    ("deyang-2", "m1"): (6, "2014-12-31", "2014-12-19", ""),
    ("bsci-1", "m1"): (4, "", "", "by 2014-09-30"),
    ("bsci-1", "m2"): (4, "", "", "by 2014-09-30"),
    ("bsci-1", "m3"): (4, "", "", "by 2014-09-30"),
    ("bsci-1", "m4"): (4, "", "2014-05", "by 2014-09-30"),
    ("bsci-1", "m5"): (4, "2014-07", "", "by 2014-09-30"),
    ("eti-pilot", "m1"): (4, "", "", "by 2014-12-31"),
}


def test_modules_and_dates_of_each_round_are_those_of_the_texts(record: Tables):
    found = Counter(
        (row["round"], row["module"], row["due_on"], row["workshop_on"], row["completed_on"])
        for row in record["training"]
    )
    assert found == {
        (round_, module, due, workshop, completed): count
        for (round_, module), (count, due, workshop, completed) in DELIVERIES.items()
    }


def test_trainings_belong_to_enterprises_enrolled_in_the_round(record: Tables):
    enrolled = {(row["enterprise"], row["round"]) for row in record["enrolment"]}
    assert {(row["enterprise"], row["round"]) for row in record["training"]} == enrolled
    assert {(row["enterprise"], row["round"]) for row in record["result"]} <= enrolled


def test_training_known_only_by_a_date_has_a_note_that_says_so(record: Tables):
    bounds = [row for row in record["training"] if row["completed_on"] or row["round"] == "chongqing-cec"]
    assert len(bounds) == 37
    assert all((row["completed_on"] or row["workshop_on"]).startswith("by ") for row in bounds)
    assert [row for row in bounds if not re.search(r"\bby\b", row["note"])] == []


def test_month_of_a_visit_is_no_month_of_a_workshop(record: Tables):
    assert _one(record["event"], code="chongqing-factory-visits")["starts_on"] == "2014-10"
    trainings = [row["workshop_on"] for row in record["training"] if row["round"] == "chongqing-cec"]
    assert trainings == ["by 2014-10-31"] * 2


FACTS = [
    # table, row, expected values
    ("phase", {"code": "phase-2"}, {"starts_on": "2013-01-01", "ends_on": "2017-12-31"}),
    ("phase", {"code": "phase-3"}, {"starts_on": "2017-10-01", "ends_on": "2021-12-31"}),
    ("phase", {"code": "phase-4"}, {"starts_on": "2021-01-01", "ends_on": "2024-12-31"}),
    ("source", {"code": NEWS}, {"published_on": "2017-03-31"}),
    ("source", {"code": DECEMBER}, {"published_on": "2014-12"}),
    ("source", {"code": SUMMER}, {"published_on": "by 2014-07-31", "url": ""}),
    ("source", {"code": AUTUMN}, {"published_on": "by 2014-12-02"}),
    ("source", {"code": BROCHURE}, {"published_on": "by 2014-05-31"}),
    ("module", {"code": "m1"}, {"name_en": "Workplace Cooperation", "position": "1"}),
    ("module", {"code": "m2"}, {"name_en": "Quality Management"}),
    ("module", {"code": "m4"}, {"name_en": "Workforce Management for Cooperation and Business Success"}),
    ("module", {"code": "m5"}, {"name_en": "Safety and Health at Work: a Platform for Productivity"}),
    ("partner", {"code": "saws"}, {"name_zh": "国家安全生产监督管理总局", "kind": "government"}),
    ("partner", {"code": "cec"}, {"name_zh": "中国企业联合会", "kind": "employers"}),
    ("partner", {"code": "chongqing-cec"}, {"parent": "cec"}),
    ("partner", {"code": "bsci"}, {"parent": "fta"}),
    ("partner", {"code": "mohrss"}, {"name_zh": "人力资源和社会保障部"}),
    ("partner", {"code": "cntac"}, {"name_zh": "中国纺织工业联合会"}),
    ("round", {"code": "dalian-2009"}, {"started_on": "2009", "phase": "phase-1", "source": AUTUMN}),
    ("round", {"code": "coop-pilot"}, {"started_on": "2011", "ended_on": "2012"}),
    ("round", {"code": "bsci-1"}, {"planned_enterprises": "10", "planned_end": "2014-05", "ended_on": "by 2014-09-30"}),
    ("round", {"code": "bsci-2"}, {"planned_start": "2014-12", "started_on": ""}),
    ("round", {"code": "deyang-2"}, {"number": "2", "planned_start": "by 2014-12-31", "started_on": "2014-12-19"}),
    ("round", {"code": "cec-phase-1"}, {"started_on": "by 2013-12-31", "ended_on": ""}),
    ("round", {"code": "saws-zhejiang"}, {"planned_enterprises": "500", "started_on": ""}),
    ("round_place", {"round": "taixing-1"}, {"place": "321283"}),
    ("round_place", {"round": "ningbo-1"}, {"place": "330200"}),
    ("round_place", {"round": "deyang-1"}, {"place": "510600"}),
    ("round_partner", {"round": "coop-pilot", "role": "sponsor"}, {"partner": "coop"}),
    ("round_partner", {"round": "bsci-2", "role": "provider"}, {"partner": "newasia"}),
    ("round_partner", {"round": "ningbo-1", "role": "owner"}, {"partner": "cec"}),
    ("round_partner", {"round": "ningbo-1", "role": "provider"}, {"partner": "ningbo-consultancy"}),
    ("round_partner", {"round": "deyang-1", "role": "owner"}, {"partner": "saws"}),
    ("round_partner", {"round": "tuv-rheinland-guangdong"}, {"partner": "tuv-rheinland", "role": "provider"}),
    ("enterprise", {"code": "chongqing-jianghua-rubber-plastic"}, {"place": "500000", "may_be_named": "yes"}),
    ("enterprise", {"code": "yucheng-futong-electric"}, {"place": "321283"}),
    ("enterprise", {"code": "ningbo-1-enterprise-1"}, {"sector": "", "place": "330200"}),
    ("enterprise", {"code": "deyang-1-enterprise-1"}, {"sector": "machinery"}),
    ("enterprise", {"code": "deyang-2-enterprise-1"}, {"sector": ""}),
    ("enterprise", {"code": "eti-pilot-factory-1"}, {"place": ""}),
    ("enrolment", {"enterprise": "deyang-2-enterprise-1"}, {"recruited_on": "by 2014-10-31", "source": AUTUMN}),
    ("indicator", {"code": "defect-rate"}, {"unit": "percent", "better": "down"}),
    ("indicator", {"code": "on-time-delivery"}, {"unit": "percent", "better": "up"}),
    ("indicator", {"code": "production-cost"}, {"better": "down"}),
    ("indicator", {"code": "fireworks-production-share"}, {"better": "context"}),
    ("reported_figure", {"code": "fireworks-production-share"}, {"operator": ">"}),
    ("reported_figure", {"code": "china-enterprises-trained-2014-10"}, {"as_of": "2014-10", "place": "100000"}),
    ("reported_figure", {"code": "switcher-cash-per-worker"}, {"place": "350200", "as_of": "2014-11"}),
    ("trainer", {"code": "newasia-trainer-1"}, {"organisation": "newasia", "sex": "m"}),
    ("trainer_level", {"trainer": "expert-m4-1"}, {"module": "m4", "level": "expert", "reached_on": ""}),
    ("trainer_level", {"trainer": "deyang-trainer-1"}, {"module": "m1", "level": "candidate"}),
]
HELD = {
    # event: kind, from, to, place
    "dalian-introduction": ("launch", "2009", "", "210200"),
    "sichuan-pilot-launch": ("launch", "2011-05", "", "510000"),
    "coop-pilot-start": ("launch", "2012-03", "", "100000"),
    "sichuan-pilot-closing": ("seminar", "2013-07-24", "2013-07-24", "510100"),
    "ningbo-1-m1-tot": ("tot", "2014-04", "2014-05", "330200"),
    "ningbo-1-m1-toe": ("toe", "2014-04", "2014-05", "330200"),
    "newsletter-first-issue": ("publication", "2014-04", "", ""),
    "weibo-launch": ("launch", "2014-05-01", "2014-05-01", ""),
    "bsci-1-m4-toe": ("toe", "2014-05", "", "440100"),
    "partner-capacity-2014-05": ("workshop", "2014-05-13", "2014-05-13", ""),
    "csr-forum-9": ("seminar", "2014-06-05", "2014-06-06", "110000"),
    "goldenbee-csr-index": ("publication", "2014-06-05", "2014-06-06", "110000"),
    "sino-dutch-csr-forum-2": ("seminar", "2014-06-18", "2014-06-18", ""),
    "sichuan-saws-launch": ("launch", "2014-06-26", "2014-06-26", "510000"),
    "deyang-1-m1-toe": ("toe", "2014-06", "", "510600"),
    "deyang-1-m5-toe": ("toe", "2014-09-02", "2014-09-03", "510600"),
    "bsci-1-m5-toe": ("toe", "", "by 2014-09-30", "440000"),
    "interns-report": ("publication", "2014-09", "", "110000"),
    "guangzhou-tot-2014-10": ("tot", "2014-10-08", "2014-10-11", "440100"),
    "bsci-newasia-cooperation": ("launch", "2014-10", "", ""),
    "cta-mission-2014-10": ("visit", "2014-10-20", "2014-10-31", "100000"),
    "chongqing-factory-visits": ("visit", "2014-10", "", "500000"),
    "tuv-rheinland-licence": ("licence", "2014-10-21", "2014-10-21", "440100"),
    "chengdu-osh-workshop": ("workshop", "2014-10-28", "2014-10-30", "510100"),
    "ntac-6": ("committee", "2014-10-30", "2014-10-30", "110000"),
    "chongqing-sustainability-meetings": ("visit", "2014-11", "", "500000"),
    "yunnan-hr-handbook-discussion": ("seminar", "2014-11", "", "530000"),
    "switcher-supplier-visit": ("visit", "2014-11", "", "350200"),
    "regional-workshop-2014-12": ("workshop", "2014-12-01", "2014-12-05", "x-vn-ho-chi-minh-city"),
    "employers-workshop-2014-12": ("workshop", "2014-12-03", "2014-12-04", "x-vn-ho-chi-minh-city"),
    "taixing-1-m2-toe": ("toe", "2014-12-09", "2014-12-11", "321283"),
    "deyang-2-m1-tot": ("tot", "2014-12-19", "2014-12-23", "510600"),
    "deyang-2-m1-toe": ("toe", "2014-12-19", "2014-12-23", "510600"),
    "eti-pilot-m1-toe": ("toe", "", "by 2014-12-31", ""),
    "saws-phase-3-discussion": ("seminar", "", "by 2017-03-31", ""),
}
PLANNED = {
    "bsci-2-tot-toe": ("tot", "2014-07", "2014-12", ""),
    "chongqing-cec-agreement": ("licence", "2014-08", "", "500000"),
    "bsci-2-start": ("toe", "2014-12", "", ""),
    "expert-seminar-2014-12": ("seminar", "2014-12", "", "110000"),
    "expert-seminar-2015": ("seminar", "2015-02", "2015-03", "110000"),
    "sgs-tot": ("tot", "2015-03", "", "310000"),
    "newsletter-by-e-mail": ("publication", "2015", "", ""),
    "yunnan-hr-handbook": ("publication", "", "", "530000"),
    "yunnan-tot-1": ("tot", "", "", "530000"),
    "yunnan-tot-2": ("tot", "", "", "530000"),
    "consultation-workshop-2017-04": ("workshop", "2017-04-11", "2017-04-12", "500000"),
    "national-marketing-centre": ("launch", "", "", ""),
    "phase-3-kick-off": ("launch", "2017-11", "", ""),
    "phase-4-start": ("launch", "2021-12-15", "", ""),
}


@pytest.mark.parametrize(("table", "where", "says"), FACTS, ids=lambda part: str(part)[:60])
def test_key_fact_is_in_the_record(table: str, where: dict[str, str], says: dict[str, str], record: Tables):
    row = _one(record[table], **where)
    assert {column: row[column] for column in says} == says


@pytest.mark.parametrize(("status", "events"), [("held", HELD), ("planned", PLANNED)])
def test_events_are_those_of_the_texts_and_unconfirmed_plans_stay_planned(
    status: str, events: dict[str, tuple[str, ...]], record: Tables
):
    found = {
        row["code"]: (row["kind"], row["starts_on"], row["ends_on"], row["place"])
        for row in record["event"]
        if row["status"] == status
    }
    assert found == events


@pytest.mark.parametrize(
    ("event", "partners"),
    [
        ("ntac-6", {"cec", "saws", "mohrss", "cntac", "swiss-embassy", "norwegian-embassy", "ilo"}),
        ("partner-capacity-2014-05", {"cec", "saws", "chongqing-cec"}),
        ("guangzhou-tot-2014-10", {"tuv-rheinland", "tuv-nord", "newasia"}),
        ("sichuan-saws-launch", {"ilo", "saws", "saws-sichuan", "saws-deyang"}),
        ("chongqing-sustainability-meetings", {"ilo", "chongqing-cec", "chongqing-sme-bureau", "changan"}),
        ("yunnan-hr-handbook-discussion", {"ilo", "mohrss", "yunnan-hrss"}),
        ("tuv-rheinland-licence", {"ilo", "tuv-rheinland"}),
        ("interns-report", {"cntac", "ilo-beijing"}),
        ("switcher-supplier-visit", {"seco", "switcher"}),
        ("consultation-workshop-2017-04", {"ilo", "saws", "cec"}),
    ],
)
def test_event_partners_are_those_named_in_the_text(event: str, partners: set[str], record: Tables):
    assert {row["partner"] for row in record["event_partner"] if row["event"] == event} == partners


def test_rounds_in_several_places_are_split_only_where_the_text_does(record: Tables):
    places = {}
    for row in record["round_place"]:
        places.setdefault(row["round"], set()).add(row["place"])
    assert places["eti-pilot"] == {"440000", "330000", "340000", "320000"}
    assert places["saws-hazardous-sectors"] == {"430000", "360000", "110000"}
    assert "cec-batch-2" not in places


def test_second_deyang_batch_has_six_trainers_of_whom_two_are_women(record: Tables):
    trainers = [row["sex"] for row in record["trainer"] if row["code"].startswith("deyang-trainer-")]
    assert Counter(trainers) == {"f": 2, "m": 4}
    event = _one(record["event"], code="deyang-2-m1-tot")
    assert (event["participants"], event["women"]) == ("6", "2")
    assert [row["code"] for row in record["event"] if row["participants"]] == ["deyang-2-m1-tot"]


@pytest.mark.parametrize(
    ("story", "enterprise", "has_before", "words"),
    [
        ("jianghua-trimming", "chongqing-jianghua-rubber-plastic", True, "both hands on two buttons"),
        ("taixing-oil-barrels", "", True, "two workers"),
        ("ningbo-on-site", "", False, "storage area"),
        ("tailai-improvements", "tailai-decelerator", False, "On-time delivery and production cycle"),
        ("shengbao-conferences", "shengbao-vehicle", False, "every month"),
        ("multiplex-view", "multiplex-optoelectronic", False, "new perspectives"),
        ("coop-suppliers", "", False, "number of accidents"),
        ("safety-inspection", "", True, "punished"),
        ("hr-expert-view", "", False, "knowledge and skills of employees as well as the attitude and initiative"),
        ("adviser-view", "", False, "an important impact at the factory level and also with our key stakeholders"),
        ("trainer-view", "", False, "without full engagement and support from workers could have very little impact"),
    ],
)
def test_improvement_in_words_is_a_story_without_an_unnamed_enterprise(
    story: str, enterprise: str, has_before: bool, words: str, record: Tables
):
    row = _one(record["story"], code=story)
    assert row["enterprise"] == enterprise
    assert bool(row["before_en"]) == has_before
    assert words in row["before_en"] + row["after_en"]


SPEAKS = {
    "en": ("The newsletter", "The partnership brochure", "The ILO's news item", "SCORE's global chief", "He writes"),
    "zh": ("据项目通讯", "项目通讯", "据合作介绍", "据国际劳工组织新闻", "SCORE全球首席技术顾问", "他写道"),
}


@pytest.mark.parametrize("language", SPEAKS)
def test_both_sides_of_every_story_say_who_speaks(language: str, record: Tables):
    for row in record["story"]:
        for side in ("before", "after"):
            text = row[f"{side}_{language}"]
            if text and row["code"] not in SPEAKERS:
                assert text.startswith(SPEAKS[language]), text


def test_quotations_carry_their_speaker_office_and_source(record: Tables):
    quoted = {row["code"]: row for row in record["story"] if '"' in row["after_en"] or "“" in row["after_zh"]}
    assert set(quoted) == set(SPEAKERS)
    for story, (speaker, office, source) in SPEAKERS.items():
        row = quoted[story]
        introduction = row["after_en"].split('"')[0]
        assert speaker in introduction
        assert office in introduction
        assert row["after_en"].endswith('"')
        assert speaker in row["after_zh"].split("“")[0]
        assert row["after_zh"].endswith("（中文为本记录译文）")
        assert row["source"] == source
        assert not row["before_en"]


# What is inferred says so


def test_sectors_inferred_from_a_name_say_so(record: Tables):
    inferred = {row["code"] for row in record["enterprise"] if "Sector inferred" in row["note"]}
    assert inferred == {
        *("yucheng-futong-electric", "shengbao-vehicle", "runyuan-warp-knitting-machinery", "teho-metal"),
        *("tailai-decelerator", "chongqing-jianghua-rubber-plastic", "lianglong-socks", "multiplex-optoelectronic"),
    }
    stated = {row["code"] for row in record["enterprise"] if row["sector"]} - inferred
    assert stated == {f"deyang-1-enterprise-{number}" for number in range(1, 6)}


HELD_BY_THE_PROGRAMME = (
    *("dalian-2009", "cec-phase-1", "sichuan-pilot", "coop-pilot", "bsci-1", "ningbo-1", "deyang-1", "deyang-2"),
    *("taixing-1", "eti-pilot", "chongqing-cec"),
)


def test_partners_and_roles_read_from_context_say_so(record: Tables):
    inferred = {
        (row["round"], row["partner"], row["role"])
        for row in record["round_partner"]
        if re.search("inferred", row["note"], re.IGNORECASE)
    }
    assert inferred == {
        ("dalian-2009", "cec", "owner"),
        ("bsci-1", "bsci", "sponsor"),
        ("bsci-2", "bsci", "owner"),
        ("deyang-1", "saws", "owner"),
        ("deyang-2", "saws", "owner"),
        ("taixing-1", "cec", "owner"),
        ("eti-pilot", "eti", "sponsor"),
        ("chongqing-cec", "chongqing-cec", "owner"),
        *((code, donor, "funder") for code in HELD_BY_THE_PROGRAMME for donor in ("seco", "norad")),
    }


def test_donors_fund_each_round_of_the_programme_that_was_held_and_no_plan(record: Tables):
    for donor in ("seco", "norad"):
        links = [row for row in record["round_partner"] if row["partner"] == donor]
        assert sorted(row["round"] for row in links) == sorted(HELD_BY_THE_PROGRAMME)
        assert {(row["role"], row["source"]) for row in links} == {("funder", BROCHURE)}


def test_module_inferred_for_a_training_says_so(record: Tables):
    inferred = [row["enterprise"] for row in record["training"] if "inferred" in row["note"]]
    assert inferred == ["chongqing-factory-2"]


# Published beside recorded


@pytest.mark.parametrize(
    ("indicator", "figures"),
    [
        (
            "enterprises-trained",
            {
                *("phase-1-enterprises-trained", "china-enterprises-trained-2014-10", "coop-enterprises-trained"),
                *("bsci-1-enterprises-trained", "deyang-1-enterprises-trained", "sichuan-enterprises-trained-2014-10"),
            },
        ),
        ("people-trained", {"phase-1-people-trained"}),
        ("enterprise-visits", {"phase-1-enterprise-visits"}),
        ("workers-employed", set()),
        ("active-trainers", set()),
    ],
)
def test_figures_that_stand_beside_a_headline_are_of_what_was_done(indicator: str, figures: set[str], record: Tables):
    assert {row["code"] for row in record["reported_figure"] if row["indicator"] == indicator} == figures


def test_notes_say_why_the_published_totals_are_not_the_number_on_record(record: Tables):
    assert len(record["enrolment"]) == 34
    note = {row["code"]: row["note"] for row in record["reported_figure"]}
    assert "34 enterprises on record" in note["phase-1-enterprises-trained"]
    assert "On record are the 34 enterprises" in note["china-enterprises-trained-2014-10"]
    assert "53 of Phase I" in note["china-enterprises-trained-2014-10"]
    for code in ("phase-1-people-trained", "phase-1-enterprise-visits"):
        assert "none are on record" in note[code]
    assert "four on record at the level of expert" in note["june-2015-expert-trainers"]


def test_changes_in_per_cent_have_that_unit(record: Tables):
    units = {row["code"]: row["unit"] for row in record["indicator"]}
    found = {row["value"] for row in record["reported_figure"] if units[row["indicator"]] == "percent-change"}
    assert found == {"-11", "-13"}


def test_key_indicators_are_few(record: Tables):
    key = {row["code"] for row in record["indicator"] if row["key"] == "yes"}
    assert key == {"defect-rate", "on-time-delivery", "share-cost-savings", "enterprises-trained"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            ("round", "bsci-1", "planned_enterprises", "10"),
            ("reported_figure", "bsci-1-enterprises-trained", "value", "4"),
        ),
        (("round", "coop-pilot", "started_on", "2011"), ("event", "coop-pilot-start", "starts_on", "2012-03")),
        (
            ("reported_figure", "deyang-1-enterprises-trained", "value", "5"),
            ("reported_figure", "sichuan-enterprises-trained-2014-10", "value", "10"),
        ),
        (("phase", "phase-3", "starts_on", "2017-10-01"), ("event", "phase-3-kick-off", "starts_on", "2017-11")),
        (("phase", "phase-4", "starts_on", "2021-01-01"), ("event", "phase-4-start", "starts_on", "2021-12-15")),
        (
            ("event", "expert-seminar-2014-12", "starts_on", "2014-12"),
            ("event", "expert-seminar-2015", "starts_on", "2015-02"),
        ),
    ],
)
def test_contradicting_sources_are_both_recorded(one: tuple[str, ...], other: tuple[str, ...], record: Tables):
    for table, code, column, value in (one, other):
        assert _one(record[table], code=code)[column] == value


# When a fact is seen


def test_every_source_is_dated(record: Tables):
    assert [row["code"] for row in record["source"] if not row["published_on"]] == []


def test_text_of_a_source_is_no_older_than_what_it_reports_as_past(record: Tables):
    published = {row["code"]: _last_day(row["published_on"]) for row in record["source"]}
    done = [(row["source"], row["starts_on"] or row["ends_on"]) for row in record["event"] if row["status"] == "held"]
    done += [(row["source"], row["workshop_on"]) for row in record["training"]]
    done += [(row["source"], row["recruited_on"]) for row in record["enrolment"]]
    done += [(row["source"], row["as_of"]) for row in record["reported_figure"]]
    assert [(source, day) for source, day in done if day and _stored(day)[0] > published[source]] == []


def _enrolled_on(record: Tables) -> dict[tuple[str, str], date]:
    """The day from which each enrolment is seen, by enterprise and round: its own earliest date or a step's."""
    dates: dict[tuple[str, str], list[str]] = {}
    for table, columns in {
        "enrolment": ("recruited_on", "baseline_on"),
        "training": ("workshop_on", "assessed_on", "completed_on", "dropped_on"),
    }.items():
        for row in record[table]:
            dates.setdefault((row["enterprise"], row["round"]), []).extend(row[column] for column in columns)
    return {enrolment: min(filter(None, map(_last_day, written))) for enrolment, written in dates.items()}


COOP = {"coop-pilot": 3}
MAY_2014 = COOP | {"ningbo-1": 5, "bsci-1": 4}
JUNE_2014 = MAY_2014 | {"deyang-1": 5}
OCTOBER_2014 = JUNE_2014 | {"chongqing-cec": 2, "deyang-2": 6}
ALL_2014 = OCTOBER_2014 | {"taixing-1": 5, "eti-pilot": 4}
ENROLLED = {
    # day: enterprises enrolled by round, as known then
    "2008-12-31": {},
    "2012-12-30": {},
    "2012-12-31": COOP,
    "2014-04-29": COOP,
    "2014-04-30": COOP | {"ningbo-1": 5},
    "2014-05-31": MAY_2014,
    "2014-06-30": JUNE_2014,
    "2014-09-30": JUNE_2014,
    "2014-10-31": OCTOBER_2014,
    "2014-12-08": OCTOBER_2014,
    "2014-12-09": OCTOBER_2014 | {"taixing-1": 5},
    "2014-12-31": ALL_2014,
    "2017-03-31": ALL_2014,
}


@pytest.mark.parametrize("day", ENROLLED)
def test_enrolments_by_round_are_those_known_on_the_day(day: str, record: Tables):
    seen = [round_ for (_, round_), since in _enrolled_on(record).items() if since <= date.fromisoformat(day)]
    assert Counter(seen) == ENROLLED[day]


# As the dashboard shows it


def _exported(public: Visit, code: str, search: str = "") -> Rows:
    return list(csv.DictReader(public.client.get(f"/export/{code}.csv?{search}").text.splitlines()))


@pytest.mark.parametrize("day", ENROLLED)
def test_dashboard_shows_the_enterprises_enrolled_as_known_on_the_day(day: str, public: Visit):
    for round_ in ENROLLED["2017-03-31"]:
        overview = _exported(public, "overview", f"as_of={day}&round={round_}")
        assert _one(overview, headline="enterprises")["value"] == str(ENROLLED[day].get(round_, 0)), round_


def test_nothing_is_shown_before_score_came_to_china(public: Visit):
    at = "as_of=2008-12-31"
    headlines = _exported(public, "overview", at)
    assert {row["value"] for row in headlines} <= {"", "0"}
    assert {row.get("published", "") for row in headlines} == {""}
    for code in ("published", "targets", "capacity", "events", "rounds", "regions", "matrix", "pairs", "change"):
        assert _exported(public, code, at) == [], code
    for row in _exported(public, "module-funnel", at):
        assert set(row.values()) - {row["module"]} <= {"", "0"}


STATES_MAY_2014 = {
    # round and module: state of every enterprise; nothing else was known on 31 May 2014
    ("coop-pilot", "m1"): ("completed", 3),
    ("coop-pilot", "m2"): ("completed", 3),
    ("ningbo-1", "m1"): ("in-progress", 5),
    ("bsci-1", "m4"): ("in-progress", 4),
}


def test_trainings_of_31_may_2014_are_those_known_then(public: Visit):
    found: Counter[tuple[str, str, str]] = Counter()
    for round_ in ENROLLED["2017-03-31"]:
        for row in _exported(public, "matrix", f"as_of=2014-05-31&round={round_}"):
            if row["state"]:
                found[(round_, row["module"], row["state"])] += 1
    assert found == {(*key, state): count for key, (state, count) in STATES_MAY_2014.items()}


def test_figures_of_31_may_2014_are_those_published_by_then(public: Visit):
    found = {row["figure"] for row in _exported(public, "published", "as_of=2014-05-31")}
    brochure = {code for code, (*_, source) in FIGURES.items() if source == BROCHURE}
    assert found == brochure | {"coop-training-fee", "sichuan-pilot-enterprises-represented"}


@pytest.mark.parametrize(
    ("day", "headline", "published"),
    [
        ("2017-03-31", "trained", "80"),
        ("2014-10-31", "trained", "80"),
        ("2014-10-30", "trained", "53"),
        ("2014-05-30", "trained", ""),
        ("2017-03-31", "people_trained", "784"),
        ("2017-03-31", "visits", "224"),
        ("2017-03-31", "workers_reached", ""),
    ],
)
def test_published_total_stands_beside_the_headline(day: str, headline: str, published: str, public: Visit):
    assert _one(_exported(public, "overview", f"as_of={day}"), headline=headline)["published"] == published


# What the newsletter of each quarter may tell

BEGUN = {
    # quarter: rounds begun in it
    (2011, 2): {"sichuan-pilot"},
    (2014, 2): {"ningbo-1", "deyang-1"},
    (2014, 4): {"deyang-2"},
}
TOLD = {
    # quarter: events held in it
    (2011, 2): {"sichuan-pilot-launch"},
    (2012, 1): {"coop-pilot-start"},
    (2013, 3): {"sichuan-pilot-closing"},
    (2014, 2): {
        *("ningbo-1-m1-tot", "ningbo-1-m1-toe", "newsletter-first-issue", "weibo-launch", "bsci-1-m4-toe"),
        *("partner-capacity-2014-05", "csr-forum-9", "goldenbee-csr-index", "sino-dutch-csr-forum-2"),
        *("sichuan-saws-launch", "deyang-1-m1-toe"),
    },
    (2014, 3): {"deyang-1-m5-toe", "interns-report"},
    (2014, 4): {
        *("guangzhou-tot-2014-10", "bsci-newasia-cooperation", "cta-mission-2014-10", "chongqing-factory-visits"),
        *("tuv-rheinland-licence", "chengdu-osh-workshop", "ntac-6", "chongqing-sustainability-meetings"),
        *("yunnan-hr-handbook-discussion", "switcher-supplier-visit", "regional-workshop-2014-12"),
        *("employers-workshop-2014-12", "taixing-1-m2-toe", "deyang-2-m1-tot", "deyang-2-m1-toe"),
    },
}
SUMMER_PLANS = {"bsci-2-tot-toe", "chongqing-cec-agreement"}
YEAR_END_PLANS = SUMMER_PLANS | {
    *("bsci-2-start", "expert-seminar-2014-12", "expert-seminar-2015", "sgs-tot", "newsletter-by-e-mail"),
    *("yunnan-hr-handbook", "yunnan-tot-1", "yunnan-tot-2"),
}
NEWS_PLANS = {"consultation-workshop-2017-04", "national-marketing-centre", "phase-3-kick-off"}
ANNOUNCED = {
    # from the end of this quarter on: plans announced
    (2009, 1): set(),
    (2014, 3): SUMMER_PLANS,
    (2014, 4): YEAR_END_PLANS,
    (2017, 1): YEAR_END_PLANS | NEWS_PLANS,
}
QUARTERS = [(year, quarter) for year in range(2009, 2018) for quarter in range(1, 5) if (year, quarter) <= (2017, 1)]


def _digest_of(public_record_url: str, quarter: tuple[int, int]) -> Digest:
    year, number = quarter
    until = _end(date(year, 3 * number, 1), "month")
    period = Period(date(year, 3 * number - 2, 1), until)
    with Record(public_record_url).view(MANAGER, Filters()) as view:
        return digest(outward(view, until), period)


@pytest.mark.parametrize("quarter", QUARTERS, ids=lambda quarter: "{}-Q{}".format(*quarter))
def test_newsletter_of_a_quarter_tells_only_what_its_sources_date_in_it(
    quarter: tuple[int, int], public_record_url: str
):
    found = _digest_of(public_record_url, quarter)
    assert {new.round for new in found.rounds} == BEGUN.get(quarter, set())
    assert {row["event"] for row in found.held} == TOLD.get(quarter, set())
    # No source dates a completion or a result in one quarter: all are known only by a date.
    assert (found.completed, found.measured, found.unpaired) == ((), (), 0)
    assert (found.through.named, found.through.others) == ((), 0)
    announced = ANNOUNCED[max(since for since in ANNOUNCED if since <= quarter)]
    assert {row["event"] for row in found.coming} <= announced


@pytest.fixture(scope="module")
def shown(public: Visit) -> dict[str, Rows]:
    """The exhibits of trainers, targets and events as a manager downloads them."""
    return {code: _exported(public, code) for code in ("targets", "capacity", "events", "rounds")}


def test_dashboard_shows_the_nine_targets_of_june_2015_with_their_actuals(shown: dict[str, Rows]):
    found = {row["indicator"]: (row["target"], row["actual_due"], row["attainment"]) for row in shown["targets"]}
    assert found == {
        "institutions-embedding": ("4", "4", "1"),
        "cost-share-non-ilo": ("40", "50", "1.25"),
        "sponsors": ("7", "7", "1"),
        "clusters": ("5", "5", "1"),
        "mous": ("5", "4", "0.8"),
        "representatives-trained": ("35", "36", "1.02857"),
        "business-plans": ("4", "2", "0.5"),
        "expert-trainers": ("4", "2", "0.5"),
        "centre-of-excellence": ("0", "0", ""),
    }
    assert {(row["place"], row["due_on"], row["actual_as_of"]) for row in shown["targets"]} == {
        ("100000", "2015-06", "2015-06")
    }
    missed = {row["indicator"] for row in shown["targets"] if row["state"] == "missed"}
    assert missed == {"mous", "business-plans", "expert-trainers"}
    assert {row["state"] for row in shown["targets"] if row["indicator"] not in missed} == {"reached"}


def test_dashboard_shows_the_trainers_on_record(shown: dict[str, Rows]):
    found = {(row["module"], row["level"]): (row["trainers"], row["women"]) for row in shown["capacity"]}
    assert found == {
        ("m1", "candidate"): ("6", "2"),
        ("m2", "expert"): ("1", "0"),
        ("m4", "expert"): ("1", ""),  # no text gives their sex
        ("m5", "expert"): ("2", "0"),
    }


def test_dashboard_shows_every_event_and_the_one_licence_signed(shown: dict[str, Rows], record: Tables):
    # The start of Phase IV stands in no source that is known to be of March 2017.
    assert {row["event"] for row in shown["events"]} == {row["code"] for row in record["event"]} - {"phase-4-start"}
    licences = {row["event"]: row["status"] for row in shown["events"] if row["kind"] == "licence"}
    assert licences == {"tuv-rheinland-licence": "held", "chongqing-cec-agreement": "planned"}
    counted = {row["event"]: (row["participants"], row["women"]) for row in shown["events"] if row["participants"]}
    assert counted == {"deyang-2-m1-tot": ("6", "2")}


def test_trainer_target_and_calendar_pages_agree_with_the_record(public: Visit):
    capacity = str(public.answered(f"{ids.CAPACITY_HEADLINES}.content"))
    for said in ("TÜV Rheinland China", "First licence agreement signed", "not on record"):
        assert said in capacity
    assert "Certified trainers: 2" not in capacity, "no source that is known to be of March 2017 says so"
    assert "9 targets: 6 reached, 3 missed on their day" in str(public.answered("targets-targets-title.content"))
    assert "Kick-off of Phase III" in str(public.answered(f"{ids.CALENDAR_NEXT}.content"))
