"""The calendar file: it is valid, spans the known dates, and contains only what its viewer may see."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar, Event
from visiting import Visit

from data.filters import Filters
from data.links import share_links
from data.links.link_terms import Terms
from data.storage.accounts import accounts_engine


def entries(visit: Visit | FlaskClient, query: str = "") -> dict[str, Event]:
    """The entries of the calendar at an address by UID, as a calendar program reads them."""
    client = visit.client if isinstance(visit, Visit) else visit
    answer = client.get(f"/calendar.ics?{query}")
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    calendar = Calendar.from_ical(answer.get_data())
    assert calendar["version"] == "2.0"
    found = {str(each["uid"]): each for each in calendar.walk("VEVENT")}
    assert len(found) == len(calendar.walk("VEVENT")), "two entries with one UID"
    return found


def entry(found: dict[str, Event], code: str) -> Event:
    (one,) = [each for uid, each in found.items() if uid.startswith(f"{code}@")]
    return one


def test_all_day_event_ends_on_the_day_after_its_last_day(public):
    licence = entry(entries(public), "event-tuv-rheinland-licence")
    assert licence.decoded("dtstart") == date(2014, 10, 21)
    assert licence.decoded("dtend") == date(2014, 10, 22)
    assert licence["status"] == "CONFIRMED"
    assert "TÜV Rheinland China" in licence["summary"]


def test_event_known_only_by_month_spans_the_month_and_states_it(public):
    tot = entry(entries(public), "event-sgs-tot")
    assert (tot.decoded("dtstart"), tot.decoded("dtend")) == (date(2015, 3, 1), date(2015, 4, 1))
    assert tot["status"] == "TENTATIVE"
    assert "Only the month is on record" in tot["description"]


def test_event_known_to_have_ended_by_a_day_is_on_that_day_and_says_so(public):
    ended = entry(entries(public), "event-bsci-1-m5-toe")
    assert (ended.decoded("dtstart"), ended.decoded("dtend")) == (date(2014, 9, 30), date(2014, 10, 1))
    assert "by 30 September 2014" in ended["description"]


def test_event_without_a_date_is_omitted(public):
    assert not any("yunnan-tot" in uid for uid in entries(public))


def test_calendar_entries_are_whole_days_sorted_and_timestamped(visits):
    for visit in visits.values():
        found = entries(visit)
        assert len(found) > 20
        for each in found.values():
            begins, ends = each.decoded("dtstart"), each.decoded("dtend")
            assert type(begins) is type(ends) is date
            assert begins < ends
            assert each["dtstamp"]


def test_calendar_is_reproducible_and_its_identifiers_do_not_depend_on_the_language(public):
    first, second = (public.client.get("/calendar.ics").get_data() for _time in range(2))
    assert first == second
    english, chinese = entries(public), entries(public, "lang=zh")
    assert set(english) == set(chinese)
    assert "第六次会议" in entry(chinese, "event-ntac-6")["summary"]


def test_calendar_applies_the_filters_of_its_address(public):
    found = entries(public, "round=deyang-2")
    assert {uid.split("@")[0] for uid in found} == {
        "event-deyang-2-m1-tot", "event-deyang-2-m1-toe", "round-deyang-2",
    }  # fmt: skip


def test_every_entry_of_a_synthetic_programme_is_marked_synthetic(demo):
    assert all("Synthetic data" in each["summary"] for each in entries(demo).values())


# ---- link viewers


@pytest.fixture(scope="module")
def by_link(
    public_record_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Terms], FlaskClient]]:
    """A viewer with a link of the given terms on the public record."""
    address = f"sqlite:///{tmp_path_factory.mktemp('calendar')}/accounts.db"
    visit = Visit.to(public_record_url, accounts_url=address)
    accounts = accounts_engine(address)

    def opened(terms: Terms) -> FlaskClient:
        _link, token = share_links.make(accounts, visit.fit(terms), made_by="manager")
        client = visit.stranger()
        assert client.get(f"/s/{token}").status_code == 303
        return client

    yield opened
    accounts.dispose()


def test_link_without_export_gets_no_calendar(by_link):
    assert by_link(Terms()).get("/calendar.ics").status_code == 404


def test_calendar_of_a_link_contains_only_its_scope_and_its_partners(by_link):
    client = by_link(Terms(scope=Filters.from_search("partner=tuv-rheinland"), export=True, threshold=None))
    found = entries(client, "partner=cec")
    assert not found
    found = entries(client)
    assert entry(found, "event-tuv-rheinland-licence")
    assert entry(found, "event-guangzhou-tot-2014-10")
    said = "".join(str(value) for each in found.values() for value in (each["summary"], each["description"]))
    assert "NEWAsia" not in said
    assert "ILO" not in said
