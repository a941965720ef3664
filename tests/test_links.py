"""Share links in the accounts database: made, opened only by token, expired to the second, counted."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, delete, event, select, text, update

from data.filters import Filters
from data.links import link_visits, share_links
from data.links.link_terms import (
    DEFAULT_DAYS,
    LONGEST_LABEL,
    LONGEST_SCOPE,
    MOST_DAYS,
    SCOPE_DIMENSIONS,
    Audience,
    LinkProblem,
    Terms,
    scope_of,
)
from data.privacy import key
from data.privacy.viewer import BASES, DEFAULT_THRESHOLD, Permission, Scope
from data.storage.accounts import accounts as account_tables
from data.storage.accounts import accounts_engine, link, visit
from data.storage.database import now

pytestmark = pytest.mark.both_databases

EDITION = "ntac-6-0a1b2c3d"
FOOTWEAR = Terms(scope=Filters.from_search("sector=footwear&partner=eti"), edition=EDITION)


@pytest.fixture
def accounts(address: str) -> Iterator[Engine]:
    """An accounts database of its own."""
    engine = accounts_engine(address)
    yield engine
    engine.dispose()


def reason(call: object, *arguments: object, **words: object) -> str:
    """The reason a call is refused."""
    with pytest.raises(LinkProblem) as refused:
        call(*arguments, **words)  # type: ignore[operator]
    return refused.value.reason


# --- made and opened ----------------------------------------------------------------------------------------------


def test_link_is_opened_only_by_its_exact_token(accounts):
    made, token = share_links.make(accounts, FOOTWEAR, label="Footwear", made_by="somebody@example.org")
    assert share_links.by_token(accounts, token) == made
    for other in (
        token[:-1],
        token + "x",
        token.swapcase(),
        token[::-1],
        "",
        " " + token,
        made.token_hash,
        "ÿ\0\ud83d",
    ):
        assert share_links.by_token(accounts, other.encode("utf-8", "replace").decode()) is None


def everything_kept(accounts: Engine) -> str:
    """Every value of every row."""
    with accounts.connect() as connection:
        return repr([connection.execute(select(table)).all() for table in account_tables.sorted_tables])


def test_token_is_long_random_and_not_stored(accounts):
    tokens = [share_links.make(accounts, FOOTWEAR)[1] for _link in range(3)]
    assert len(set(tokens)) == 3
    assert all(len(token) == 43 for token in tokens), "256 bits"
    written = everything_kept(accounts)
    assert "footwear" in written
    assert not [token for token in tokens if token in written]


def test_link_password_is_stored_as_a_hash_and_checked(accounts):
    made, _token = share_links.make(accounts, FOOTWEAR, password="tea and rice")
    bare, _token = share_links.make(accounts, FOOTWEAR)
    assert (made.protected, bare.protected) == (True, False)
    assert share_links.opens_with(accounts, made.id, "tea and rice")
    assert not share_links.opens_with(accounts, made.id, "tea and ric")
    assert not share_links.opens_with(accounts, made.id, "")
    assert not share_links.opens_with(accounts, bare.id, ""), "what has no password is opened by none"
    assert "tea and rice" not in everything_kept(accounts)


@pytest.mark.parametrize("password", ["short", "x" * 201])
def test_too_short_or_too_long_password_makes_no_link(accounts, password):
    assert reason(share_links.make, accounts, FOOTWEAR, password=password) == "password"
    assert share_links.links(accounts) == []


def test_too_long_label_makes_no_link(accounts):
    assert reason(share_links.make, accounts, FOOTWEAR, label="x" * (LONGEST_LABEL + 1)) == "label"


def test_stored_terms_are_read_back_unchanged(accounts):
    terms = Terms(
        Audience.COMMITTEE, Filters.from_search("place=510000,110000"), 10, names=True, export=True,
        edition=EDITION, deck="Spring: the 6th",
    )  # fmt: skip
    made, _token = share_links.make(accounts, terms)
    assert made.terms == terms
    assert Terms.from_plain(terms.plain()) == terms
    assert Terms.from_plain(Terms(threshold=None).plain()).threshold is None


# --- terms of a link ----------------------------------------------------------------------------------------------


def test_scope_is_stored_in_canonical_form_with_only_valid_dimensions(accounts):
    crooked = Filters.from_search(
        "?sector=toys,footwear&utm=1&partner=ETI&module=m1&as_of=2014-01-01&edition=x&lang=zh"
    )
    made, _token = share_links.make(accounts, Terms(scope=crooked, edition=EDITION))
    assert made.terms.scope == Filters.from_search("partner=eti&sector=footwear,toys")
    with accounts.connect() as connection:
        assert connection.scalar(select(link.c.scope)) == "partner=eti&sector=footwear,toys"


@pytest.mark.parametrize(
    "text", ["", "?", "partner=eti", "?partner=eti&sector=footwear,toys", "partner=ETI&partner=cec", "place=510000"]
)
def test_scope_can_be_written_as_in_an_address(text):
    assert scope_of(text) == Filters.from_search(text)


@pytest.mark.parametrize(
    "text",
    [
        "partnr=eti",  # a typing error would show everything
        "partner=",  # and so would an empty variable
        "partner=eti,",
        "partner",
        "eti",
        "partner=Ethical Trading",
        "partner=eti&module=m1",
        "partner=eti&as_of=2014-01-01",
        "partner=eti&edition=x",
        "partner=eti&lang=zh",
        "partner=" + "a" * 81,
        "&".join(["partner=eti"] * 60 + ["partnr=x"]),
    ],
)
def test_scope_with_an_unknown_part_is_refused_and_not_widened(text):
    assert reason(scope_of, text) == "scope"


def test_scope_with_many_parts_is_stored_completely():
    text = "&".join(f"place={code}" for code in range(110000, 110060))
    assert len(scope_of(text).place) == 60


def test_scope_too_long_for_a_cookie_is_refused_and_not_truncated():
    most = Filters(place=frozenset(str(code) for code in range(110000, 110000 + LONGEST_SCOPE // 7 + 1)))
    assert reason(Terms, scope=most) == "long"


@pytest.mark.parametrize("threshold", [0, 1, 3, 4, 6, 7, 15, -5])
def test_threshold_must_be_one_of_the_two_bases(threshold):
    assert reason(Terms, threshold=threshold) == "threshold"
    assert [Terms(threshold=base).threshold for base in BASES] == [5, 10]


def test_link_without_a_threshold_needs_a_public_record():
    bare = Terms(threshold=None)
    assert bare.fit(public=True) is bare
    assert reason(bare.fit, public=False) == "public"
    assert Terms(edition=EDITION).fit(public=False).threshold == DEFAULT_THRESHOLD


def test_link_with_a_threshold_cannot_show_the_live_record(accounts):
    for public in (True, False):
        assert reason(Terms().fit, public=public) == "edition"
    for named in (None, "live"):
        assert reason(share_links.make, accounts, Terms(edition=named)) == "edition"
    assert share_links.links(accounts) == []
    assert share_links.make(accounts, Terms(threshold=None))[0].edition_since is None


def test_link_with_a_threshold_on_the_live_record_waits():
    assert Terms().waits(public=True)
    assert not Terms(threshold=None).waits(public=True)
    assert Terms(threshold=None).waits(public=False), "the record was public once"
    assert not Terms(edition=EDITION).waits(public=False)


def test_only_a_committee_link_has_a_deck():
    assert Terms(Audience.COMMITTEE, deck="standard").viewer().deck == "standard"
    assert reason(Terms, Audience.DONOR, deck="standard") == "deck"


def test_unknown_scope_codes_are_listed_and_a_dimension_of_only_those_shows_nothing():
    codes = {name: frozenset({"eti", "footwear"}) for name in SCOPE_DIMENSIONS}
    part = Terms(scope=Filters.from_search("partner=eti,gone,away&sector=footwear"))
    assert part.gone(codes) == {"partner": ["away", "gone"]}
    assert not part.empty(codes)
    whole = Terms(scope=Filters.from_search("partner=gone&sector=footwear"))
    assert whole.empty(codes)
    assert not Terms().empty(codes)


def test_link_viewer_has_exactly_the_permissions_of_the_link():
    donor = FOOTWEAR.viewer()
    assert donor.permissions == {Permission.BROWSE}
    assert (donor.limited, donor.threshold, donor.name) == (True, DEFAULT_THRESHOLD, "")
    assert (donor.scope.partner, donor.scope.sector) == (frozenset({"eti"}), frozenset({"footwear"}))
    assert (donor.scope.round, donor.scope.phase, donor.scope.place, donor.scope.module) == (None,) * 4
    generous = Terms(names=True, export=True).viewer()
    assert generous.permissions == {Permission.BROWSE, Permission.EXPORT, Permission.SEE_NAMES}
    committee = Terms(Audience.COMMITTEE, edition="e", deck="d").viewer()
    assert committee.permissions == {Permission.PRESENT}
    assert (committee.edition, committee.deck) == ("e", "d")


def test_each_link_has_its_own_order_of_hidden_enterprises(accounts):
    viewers = [share_links.make(accounts, FOOTWEAR)[0].viewer() for _link in range(2)]
    enterprises = [f"enterprise-{number}" for number in range(12)]
    first, second = (sorted(enterprises, key=viewer.alias_order) for viewer in viewers)
    assert first != second
    assert first != enterprises


# --- the viewer of a link -----------------------------------------------------------------------------------------


OTHER = "ntac-7-99887766"


def made(accounts: Engine, search: str, edition: str = EDITION, threshold: int = DEFAULT_THRESHOLD) -> share_links.Link:
    """A link to a part of an edition."""
    return share_links.make(accounts, Terms(scope=Filters.from_search(search), edition=edition, threshold=threshold))[0]


def scopes(*searches: str) -> tuple[Scope, ...]:
    return tuple(Terms(scope=Filters.from_search(search)).viewer().scope for search in searches)


def test_only_a_link_with_a_threshold_creates_the_privacy_key(accounts):
    share_links.make(accounts, Terms(threshold=None))
    assert key.read(accounts) is None
    first = made(accounts, "partner=eti")
    known = key.read(accounts)
    second = made(accounts, "partner=cec")
    assert known is not None
    assert [share_links.viewer_of(accounts, each).privacy_key for each in (first, second)] == [known.secret] * 2
    assert repr(known.secret) not in repr(share_links.viewer_of(accounts, first))
    bare, _token = share_links.make(accounts, Terms(threshold=None, edition=EDITION))
    assert share_links.viewer_of(accounts, bare) == bare.viewer(), "it needs neither"


def test_viewer_has_no_privacy_key_without_a_stored_key_or_an_edition(accounts):
    terms = Terms(edition=EDITION)
    assert share_links.viewer_of(accounts, terms).privacy_key == b""
    key.make(accounts)
    assert share_links.viewer_of(accounts, terms).privacy_key
    assert share_links.viewer_of(accounts, Terms()) == Terms().viewer()


def test_later_link_knows_the_earlier_links_to_its_edition(accounts):
    first, second = made(accounts, "partner=eti"), made(accounts, "sector=toys", threshold=10)
    made(accounts, "partner=elsewhere", edition=OTHER)
    share_links.make(accounts, Terms(threshold=None, edition=EDITION, scope=Filters.from_search("round=bare")))
    third = made(accounts, "partner=eti")
    share_links.revoke(accounts, second.id)
    share_links.pause(accounts, first.id)
    everything = scopes("partner=eti", "sector=toys")
    assert share_links.viewer_of(accounts, first).earlier == ()
    assert share_links.viewer_of(accounts, second).earlier == scopes("partner=eti")
    assert share_links.viewer_of(accounts, third).earlier == everything
    assert third.edition_since is not None
    assert share_links.earlier_scopes(accounts, EDITION, third.edition_since, third.id) == everything
    assert share_links.viewer_of(accounts, Terms(edition=EDITION)).earlier == everything, (
        "each once, though two have one"
    )


def test_links_made_at_the_same_time_are_ordered_by_number(accounts):
    numbers = [made(accounts, search).id for search in ("partner=eti", "sector=toys")]
    with accounts.begin() as connection:
        connection.execute(update(link).values(edition_since=now()))
    first, second = (share_links.viewer_of(accounts, share_links.by_id(accounts, number)) for number in numbers)
    assert (first.earlier, second.earlier) == ((), scopes("partner=eti"))


def test_moved_link_still_counts_for_its_old_edition(accounts):
    first, second = made(accounts, "partner=eti"), made(accounts, "sector=toys")
    newest = made(accounts, "place=510000", edition=OTHER)
    share_links.show(accounts, first, OTHER, 5)
    moved = share_links.by_id(accounts, first.id)
    assert moved.terms.edition == OTHER
    assert first.edition_since < moved.edition_since
    assert share_links.viewer_of(accounts, moved).earlier == scopes("place=510000")
    assert share_links.viewer_of(accounts, newest).earlier == ()
    assert share_links.viewer_of(accounts, second).earlier == scopes("partner=eti"), "it showed its total of it"
    assert share_links.viewer_of(accounts, made(accounts, "round=late")).earlier == scopes("partner=eti", "sector=toys")
    assert share_links.with_use(accounts, first.id).last_used_at is None, "and nobody has visited it"
    assert link_visits.visits(accounts, first.id) == link_visits.days_used(accounts, first.id) == []


def test_concurrent_moves_of_a_link_succeed_once_and_never_after_its_end(accounts):
    found = made(accounts, "partner=eti")
    share_links.show(accounts, found, OTHER, 5)
    assert reason(share_links.show, accounts, found, "third-00000000", 5) == "older"
    assert share_links.by_id(accounts, found.id).terms.edition == OTHER
    share_links.revoke(accounts, found.id)
    assert reason(share_links.show, accounts, share_links.by_id(accounts, found.id), EDITION, 5) == "over"


def test_viewer_of_a_link_needs_only_one_more_query(accounts):
    found, asked = made(accounts, "partner=eti"), []
    share_links.viewer_of(accounts, found)
    event.listen(accounts, "before_cursor_execute", lambda *said: asked.append(said[2]))
    share_links.viewer_of(accounts, found)
    assert len(asked) == 1


# --- lifetime -----------------------------------------------------------------------------------------------------


def test_link_is_valid_before_but_not_at_its_expiry(accounts):
    made, _token = share_links.make(accounts, FOOTWEAR)
    assert timedelta(days=DEFAULT_DAYS) - timedelta(minutes=1) < made.expires_at - now() < timedelta(days=DEFAULT_DAYS)
    assert made.state(made.expires_at - timedelta(microseconds=1)) == "active"
    assert made.state(made.expires_at) == "expired"
    assert made.state(made.expires_at + timedelta(days=1)) == "expired"


@pytest.mark.parametrize("days", [0, -1, MOST_DAYS + 1, 10**12])
def test_too_few_or_too_many_days_are_refused(accounts, days):
    assert reason(share_links.make, accounts, FOOTWEAR, days=days) == "days"
    made, _token = share_links.make(accounts, FOOTWEAR)
    assert reason(share_links.extend, accounts, made.id, days) == "days"
    assert share_links.by_id(accounts, made.id) == made


def test_paused_link_can_be_resumed_and_a_revoked_one_cannot(accounts):
    number = share_links.make(accounts, FOOTWEAR)[0].id

    def state() -> str:
        return share_links.by_id(accounts, number).state(now())

    share_links.pause(accounts, number)
    assert state() == "paused"
    share_links.pause(accounts, number)
    share_links.resume(accounts, number)
    assert state() == "active"
    share_links.pause(accounts, number)
    share_links.revoke(accounts, number)
    assert state() == "revoked"
    before = share_links.by_id(accounts, number)
    for change in (share_links.pause, share_links.resume, share_links.revoke):
        assert reason(change, accounts, number) == "over"
    assert reason(share_links.extend, accounts, number, 5) == "over"
    assert share_links.by_id(accounts, number) == before


def test_expired_link_is_valid_again_after_an_extension(accounts):
    number = share_links.make(accounts, FOOTWEAR, days=1)[0].id
    with accounts.begin() as connection:
        connection.execute(link.update().values(expires_at=now() - timedelta(seconds=1)))
    assert share_links.by_id(accounts, number).state(now()) == "expired"
    share_links.extend(accounts, number, 2)
    assert share_links.by_id(accounts, number).state(now()) == "active"
    assert share_links.by_id(accounts, number).state(now() + timedelta(days=2)) == "expired"


@pytest.mark.parametrize("number", [0, -1, 7, 2**31, 10**30])
def test_every_action_on_an_unknown_link_number_is_refused(accounts, number):
    share_links.make(accounts, FOOTWEAR)
    for change in (share_links.by_id, share_links.with_use, share_links.pause, share_links.resume, share_links.revoke):
        assert reason(change, accounts, number) == "link"
    assert reason(share_links.extend, accounts, number, 3) == "link"


def test_concurrent_revocations_succeed_once_and_are_otherwise_refused(accounts):
    number = share_links.make(accounts, FOOTWEAR)[0].id

    def revoke(_who: int) -> str:
        try:
            share_links.revoke(accounts, number)
        except LinkProblem as problem:
            return problem.reason
        return "revoked"

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(revoke, range(6))) == ["over"] * 5 + ["revoked"]


def test_reused_link_number_is_a_different_link_for_sessions(accounts):
    """After the table is cleared, a session of the old link 1 must not open the new link 1."""
    old, token = share_links.make(accounts, FOOTWEAR)
    with accounts.begin() as connection:
        connection.execute(delete(link))
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER SEQUENCE link_id_seq RESTART"))
    new, _token = share_links.make(accounts, Terms(edition=EDITION))
    assert new.id == old.id
    assert new.token_hash[:16] != old.token_hash[:16]
    assert share_links.by_token(accounts, token) is None


# --- counted ------------------------------------------------------------------------------------------------------


def test_uses_are_counted_per_link_and_kind_with_the_time_of_the_last(accounts):
    used, unused = (share_links.make(accounts, FOOTWEAR)[0].id for _link in range(2))
    before = now()
    link_visits.log_visit(accounts, used, "opened", "/")
    link_visits.log_visit(accounts, used, "viewed", "/")
    link_visits.log_visit(accounts, used, "viewed", "/results" + "x" * 500)
    newest, oldest = share_links.links(accounts)
    assert (newest.id, newest.opened, newest.viewed, newest.last_used_at) == (unused, 0, 0, None)
    assert (oldest.id, oldest.opened, oldest.viewed) == (used, 1, 2)
    assert oldest.last_used_at is not None
    assert before <= oldest.last_used_at <= now()
    assert share_links.with_use(accounts, used) == oldest
    latest, *_rest, first = link_visits.visits(accounts, used)
    assert (latest[1], latest[2][:8], len(latest[2])) == ("viewed", "/results", 200)
    assert first[1:] == ("opened", "/")
    assert len(link_visits.visits(accounts, used, most=2)) == 2
    assert link_visits.visits(accounts, unused) == []


def test_uses_are_summed_by_day(accounts):
    number, other = (share_links.make(accounts, FOOTWEAR)[0].id for _link in range(2))
    with accounts.begin() as connection:
        for days, kind in ((3, "opened"), (3, "viewed"), (3, "viewed"), (0, "viewed")):
            at = now().replace(hour=12) - timedelta(days=days)
            connection.execute(visit.insert().values(link=number, kind=kind, page="/", at=at))
        connection.execute(visit.insert().values(link=other, kind="opened", page="/", at=now()))
    today: date = now().date()
    assert link_visits.days_used(accounts, number) == [(today, 0, 1), (today - timedelta(days=3), 1, 2)]


def test_concurrent_visits_are_all_logged(accounts):
    number = share_links.make(accounts, FOOTWEAR)[0].id

    def look(_who: int) -> None:
        for _page in range(15):
            link_visits.log_visit(accounts, number, "viewed", "/")
            assert share_links.by_id(accounts, number).state(now()) == "active", "and nobody waits for them"

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(look, range(8)))
    assert share_links.with_use(accounts, number).viewed == 8 * 15


def test_no_personal_data_of_visitors_is_stored(accounts):
    assert {column.name for column in visit.columns} == {"id", "link", "kind", "page", "at"}
