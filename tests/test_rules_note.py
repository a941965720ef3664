"""Editions made under older rules: what they read then, who is told, and that nobody is told more than they may see."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from older_editions import of_first_rules
from programme import Tables, load_rows

from callbacks.requests import edition_note
from data.editions import first_rules, frozen_copies, rules_note
from data.editions.frozen_copies import Edition
from data.editions.rules_note import Reading, RulesNote, differing
from data.filters import Filters
from data.privacy.viewer import MANAGER, Scope, Viewer
from data.records import Record, Records
from data.rules_version import REDEFINED, RULES_VERSION, redefined_since
from data.storage import database
from data.view import View
from data.vocabulary import HEADLINES
from layouts import words

WORKSHOP = date(2014, 2, 1)
TINY: Tables = {
    "programme": [{"code": "p", "name_en": "P", "name_zh": "P", "as_of": date(2014, 9, 30), "synthetic": True,
                   "public": True}],
    "place": [
        {"code": code, "name_en": code, "name_zh": code, "level": "city"} for code in ("q", "s")
    ],
    "partner": [
        {"code": "fed", "name_en": "Fed", "name_zh": "Fed", "kind": "employers"},
        {"code": "office", "name_en": "Office", "name_zh": "Office", "kind": "employers", "parent": "fed"},
    ],
    "module": [
        {"code": "m1", "name_en": "One", "name_zh": "One", "position": 1},
        {"code": "m2", "name_en": "Two", "name_zh": "Two", "position": 2},
    ],
    "round": [{"code": code, "name_en": code, "name_zh": code} for code in ("r1", "r2", "r3")],
    "round_place": [{"round": "r1", "place": "q"}, {"round": "r2", "place": "q"}, {"round": "r2", "place": "s"}],
    "round_partner": [{"round": "r1", "partner": "office", "role": "provider"}],
    "enterprise": [
        {"code": "a", "place": "q", "workers": 100},
        {"code": "b"},
        {"code": "c", "place": "s", "workers": 50},
    ],
    "enrolment": [
        {"enterprise": "a", "round": "r1", "recruited_on": date(2014, 1, 10)},
        {"enterprise": "b", "round": "r1"},
        {"enterprise": "c", "round": "r2", "recruited_on": date(2014, 10, 5)},
    ],
    "training": [
        {"enterprise": "a", "round": "r1", "module": "m1", "workshop_on": WORKSHOP, "completed_on": date(2014, 6, 1),
         "visits_planned": 5, "visits_done": 4, "managers": 2, "workers": 20},
        {"enterprise": "a", "round": "r1", "module": "m2", "due_on": date(2015, 1, 31), "visits_planned": 3},
        {"enterprise": "b", "round": "r1", "module": "m1", "workshop_on": date(2014, 1, 1),
         "workshop_on_precision": "year", "visits_planned": 2, "visits_done": 1, "managers": 1, "workers": 9,
         "women": 6},
        {"enterprise": "c", "round": "r2", "module": "m1", "workshop_on": date(2014, 10, 6), "visits_planned": 7},
    ],
}  # fmt: skip
"""A record of 30 September 2014. Enterprise b was trained some day of 2014; c began in October only."""

THEN = {
    "enterprises": (2, None),  # a, and b that has no date of recruitment
    "trained": (2, 2),  # b from the first day of its year
    "workers_reached": (100, None),
    "workers_unknown": (1, 2),
    "people_trained": (32, None),  # 2 + 20 + 1 + 9
    "women_trained": (6, 32),
    "visits": (5, 10),  # of 5 + 3 + 2 planned
    "modules_completed": (1, 3),  # of all planned
    "rounds": (1, 3),  # of all on record
    "places": (1, None),  # b has that of its round
    "partners": (1, None),  # the office, without its parent
}
TODAY = {
    "enterprises": (1, None),  # b is seen from its only step, at the end of its year
    "trained": (1, 1),
    "workers_unknown": (0, 1),
    "people_trained": (22, None),
    "women_trained": (None, None),  # no training has women on record
    "visits": (4, 5),  # both in started trainings
    "modules_completed": (1, 1),  # m2 is not yet due
    "partners": (2, None),  # with its parent
}


@contextmanager
def opened(record: Record, viewer: Viewer = MANAGER, search: str = "") -> Iterator[View]:
    with record.view(viewer, Filters.from_search(search)) as view:
        yield view


class Shelf:
    """The tiny record and its editions."""

    def __init__(self, folder: Path) -> None:
        self.path, self.folder = folder / "results.db", folder / "editions"
        engine = database.writing_engine(f"sqlite:///{self.path}")
        load_rows(engine, TINY)
        engine.dispose()
        self.open()

    def open(self) -> None:
        self.records = Records(f"sqlite:///{self.path}", self.folder)

    def freeze(self) -> Edition:
        return frozen_copies.freeze(self.records.live.engine, "NTAC 6", self.folder)

    def older(self) -> Edition:
        return of_first_rules(self.freeze())

    def note(self, edition: Edition, viewer: Viewer = MANAGER, search: str = "") -> RulesNote | None:
        with opened(self.records.edition(edition.key), viewer, search) as view:
            return rules_note.rules_note(edition, view)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


# --- the first rules ----------------------------------------------------------------------------------------------


def test_edition_without_a_version_is_of_the_first_rules(shelf):
    edition = shelf.older()
    assert (edition.rules_version, edition.tables) == (1, ())
    assert frozen_copies.tables_state(edition) == "none"
    frozen_copies.verify(edition)


def test_headlines_of_the_first_rules_are_those_counted_by_hand(shelf):
    with opened(shelf.records.live) as view:
        assert first_rules.headlines(view.connection) == THEN


def test_sum_without_terms_is_zero_and_without_known_values_blank(shelf):
    engine = database.writing_engine(f"sqlite:///{shelf.path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE training SET visits_done = NULL, managers = NULL, workers = NULL")
        connection.exec_driver_sql("UPDATE enterprise SET workers = NULL")
        then = first_rules.headlines(connection)
        assert [then[name][0] for name in ("visits", "people_trained", "workers_reached")] == [None] * 3
        connection.exec_driver_sql("DELETE FROM training")
        then = first_rules.headlines(connection)
    assert [then[name] for name in ("visits", "people_trained", "workers_reached")] == [(0, 0), (0, None), (0, None)]


# --- what a manager is told ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("search", ["", "partner=office", "as_of=2014-03-01"])
def test_note_lists_what_the_whole_record_read_otherwise_whatever_is_filtered(shelf, search):
    note = shelf.note(shelf.older(), search=search)
    assert note is not None
    assert note.version == 1
    assert {each.headline: (each.then, each.today) for each in note.readings} == {
        name: (THEN[name], TODAY[name]) for name in TODAY
    }


def test_note_is_in_words_of_both_languages(shelf):
    edition = shelf.older()
    with opened(shelf.records.edition(edition.key)) as view:
        summary, lines = edition_note.in_words(edition, view)
        assert summary == (
            "This edition was made under version 1 of the rules; its numbers are shown by version 2. 8 headlines of "
            "the whole record had another number:"
        )
        assert "In-factory visits: 5 of 10 then, 4 of 5 by today's rules" in lines
        assert "Of the people trained, women: 6 of 32 then, not on record by today's rules" in lines
        assert len(lines) == len(TODAY)
        with words.speaking("zh"):
            summary, lines = edition_note.in_words(edition, view)
    assert "按第1版规则" in summary
    assert "入厂辅导：当时为5 / 10，按现行规则为4 / 5" in lines


def test_edition_of_todays_rules_and_the_live_record_have_no_note(shelf):
    edition = shelf.freeze()
    assert shelf.note(edition) is None
    with opened(shelf.records.live) as view:
        assert rules_note.rules_note(None, view) is None


def test_frozen_tables_say_what_an_edition_read(shelf, monkeypatch):
    edition = shelf.freeze()
    monkeypatch.setattr(rules_note, "RULES_VERSION", RULES_VERSION + 1)
    assert shelf.note(edition) == RulesNote(RULES_VERSION, (), ()), "nothing differs"
    recorded = rules_note.recorded_headlines
    monkeypatch.setattr(rules_note, "recorded_headlines", lambda view: recorded(view) | {"visits": (3, 5)})
    shelf.open()  # the headlines are counted once
    assert shelf.note(edition) == RulesNote(RULES_VERSION, (), (Reading("visits", (4, 5), (3, 5)),))


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_note_says_that_the_tables_are_lost_and_lists_nothing(shelf, monkeypatch, harm):
    edition = shelf.freeze()
    edition.tables_path.unlink()
    if harm == "changed":
        edition.tables_path.write_bytes(b"x")
    monkeypatch.setattr(rules_note, "RULES_VERSION", RULES_VERSION + 1)
    assert shelf.note(edition) == RulesNote(RULES_VERSION, (), None, lost=True)


def test_headlines_that_only_one_side_has_do_not_differ():
    assert differing({"visits": (1, 2), "gone": (1, None)}, {"visits": (1, 2), "stale": (3, 4)}) == ()


def test_redefined_headlines_exist_and_are_named_once():
    assert set().union(*REDEFINED.values()) <= set(HEADLINES)
    assert redefined_since(RULES_VERSION) == ()
    assert max(REDEFINED) == RULES_VERSION
    assert redefined_since(1) == REDEFINED[2]


# --- what the viewer of a link is told ----------------------------------------------------------------------------


LINK = Viewer(alias_key="a", limited=True)


def test_link_without_limit_or_threshold_is_told_but_not_the_number_of_all_rounds(shelf):
    edition = shelf.older()
    note = shelf.note(edition, LINK)
    assert {each.headline for each in note.readings} == set(TODAY)
    record = {"rounds": (1, 3)}, {"rounds": (1, 2)}
    assert differing(*record)
    assert not differing(*record, limited=True)
    assert differing({"rounds": (2, 3)}, {"rounds": (1, None)}, limited=True) == (
        Reading("rounds", (2, None), (1, None)),
    )


@pytest.mark.parametrize(
    "viewer",
    [
        replace(LINK, threshold=5, privacy_key=b"key"),
        replace(LINK, scope=Scope(partner=frozenset({"office"}))),
        replace(LINK, scope=Scope(partner=frozenset({"office"})), threshold=5, privacy_key=b"key"),
    ],
    ids=["threshold", "scope", "both"],
)
def test_link_with_a_threshold_or_a_limit_is_told_only_which_definitions_changed(shelf, viewer):
    edition = shelf.older()
    assert shelf.note(edition, viewer) == RulesNote(1, REDEFINED[2], None)
    with opened(shelf.records.edition(edition.key), viewer) as view:
        summary, lines = edition_note.in_words(edition, view)
    assert lines == []
    assert summary == (
        "This edition was made under version 1 of the rules; its numbers are shown by version 2. These headlines "
        "are defined differently now: Of the people trained, women · In-factory visits · Modules completed · Rounds · "
        "Partners. Others may have had other numbers, too."
    )


def test_link_on_a_record_that_is_not_public_has_the_default_threshold(shelf):
    engine = database.writing_engine(f"sqlite:///{shelf.path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE programme SET public = 0")
    note = shelf.note(shelf.older(), replace(LINK, privacy_key=b"key"))
    assert note.readings is None
