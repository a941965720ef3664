"""Concurrent use of a shared record by several threads: no deadlock, and equal results."""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from itertools import product
from random import Random
from threading import Event, Thread

import pytest

from data.filters import Filters
from data.privacy.selections import Disclosure
from data.privacy.viewer import MANAGER, Viewer
from data.records import Record
from data.view import View

READER = Viewer(limited=True, threshold=5, privacy_key=b"key")


def test_views_of_two_threads_do_not_wait_for_each_other(demo_url, monkeypatch):
    record = Record(demo_url)
    inside, go_on, gone_on = Event(), Event(), []
    plain = Disclosure.of

    def slow(*given):
        inside.set()
        go_on.wait(10)
        return plain(*given)

    monkeypatch.setattr(Disclosure, "of", slow)
    with ExitStack() as open_views:
        first, second = (open_views.enter_context(record.view(MANAGER, Filters())) for _ in range(2))
        first = replace(first, viewer=READER)
        # One thread fills the record's memory while the other requests it.
        threads = [
            Thread(target=lambda: gone_on.append(first.scope), daemon=True),
            Thread(target=lambda: gone_on.append(second.scope), daemon=True),
        ]
        threads[0].start()
        assert inside.wait(10)
        threads[1].start()
        threads[1].join(0.3)  # now it waits for the first
        go_on.set()
        for thread in threads:
            thread.join(10)
        assert len(gone_on) == 2


@pytest.fixture
def _often_interrupted():
    """Makes Python switch threads a hundred times as often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 100)
    yield
    sys.setswitchinterval(before)


def selections(view: View) -> list[Filters]:
    """Every sector in every round, and each alone."""
    sectors, rounds = ([None, *sorted(view.visible(name))] for name in ("sector", "round"))
    return [
        Filters(sector=frozenset({sector} - {None}), round=frozenset({of} - {None}))
        for sector, of in product(sectors, rounds)
    ]


@pytest.mark.usefixtures("_often_interrupted")
def test_selections_give_equal_results_for_any_number_of_threads(demo_url):
    record = Record(demo_url)

    def answers(disclosure: Disclosure, seed: int) -> dict[Filters, bool]:
        asked = list(known)
        Random(seed).shuffle(asked)
        return {each: disclosure.shows(each) for each in asked}

    with record.view(READER, Filters()) as view:
        made = [Disclosure.of(view.facts.record, view.catalogue, view.viewer) for _each in range(2)]
        known = selections(view)
        alone = answers(made[0], 0)
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda seed: answers(made[1], seed), range(4)))
    assert {True, False} == set(alone.values())
    assert together == [alone] * 4
