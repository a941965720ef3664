"""Views that several threads have open at once: none waits for another that waits for it."""

from contextlib import ExitStack
from threading import Event, Thread

from data.access import MANAGER
from data.filters import Filters
from data.record import Record
from data.view import View


def test_views_of_two_threads_do_not_wait_for_each_other(public_record_url, monkeypatch):
    record = Record(public_record_url)
    inside, go_on, gone_on = Event(), Event(), []
    plain = View._population

    def slow(view, scope):
        inside.set()
        go_on.wait(10)
        return plain(view, scope)

    monkeypatch.setattr(View, "_population", slow)
    with ExitStack() as open_views:
        first, second = (open_views.enter_context(record.view(MANAGER, Filters())) for _ in range(2))
        # What is held of the record is made by one, while the other asks for it.
        threads = [
            Thread(target=lambda: gone_on.append(first.population), daemon=True),
            Thread(target=lambda: gone_on.append(second.facts), daemon=True),
        ]
        threads[0].start()
        assert inside.wait(10)
        threads[1].start()
        threads[1].join(0.3)  # by now it waits for the first
        go_on.set()
        for thread in threads:
            thread.join(10)
        assert len(gone_on) == 2
