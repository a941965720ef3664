"""The privacy key: created once, also under concurrency; shown only by fingerprint; a new key ends every link."""

import logging
import secrets
from collections.abc import Callable, Iterator

import pytest
from both import fill_up
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from test_accounts_upgrading import concurrently

from dashboard.commands import privacy_commands
from dashboard.commands.cli import main
from data.links import share_links
from data.links.link_terms import Terms
from data.privacy import key
from data.privacy.key import PrivacyKey
from data.storage.accounts import accounts_engine, privacy_key
from data.storage.database import now

pytestmark = pytest.mark.both_databases

TERMS = Terms(edition="spring")
"""The terms of a link that is rounded under the key."""


@pytest.fixture
def accounts(address: str) -> Iterator[Engine]:
    engine = accounts_engine(address)
    yield engine
    engine.dispose()


@pytest.fixture
def run(accounts: Engine, address: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command on the accounts."""
    monkeypatch.setenv("SCORE_ACCOUNTS_URL", address)
    return lambda *said, typed=None: CliRunner().invoke(main, ["privacy-key", *said], input=typed)


@pytest.fixture
def same_keys() -> None:
    """Overrides the fixture of the same name: keys are really random here."""


def states(accounts: Engine) -> list[str]:
    return [each.state(now()) for each in reversed(share_links.links(accounts))]


def test_privacy_key_is_created_once_with_32_random_bytes(accounts):
    assert key.read(accounts) is None
    made = key.make(accounts)
    assert len(made.secret) == 32
    assert key.make(accounts) == key.read(accounts) == made
    with accounts.connect() as connection:
        assert connection.execute(select(privacy_key)).all() == [(1, made.secret.hex(), made.made_at)]


def test_privacy_keys_of_two_databases_differ(accounts, new_database):
    other = accounts_engine(new_database())
    one, two = key.make(accounts), key.make(other)
    assert one.secret != two.secret
    assert one.fingerprint != two.fingerprint
    other.dispose()


def test_concurrent_creations_return_the_same_key(address, accounts):
    engines = [accounts_engine(address) for _each in range(4)]
    made = concurrently(*[lambda engine=engine: key.make(engine) for engine in engines])
    assert len({each.secret for each in made}) == 1
    assert made[0] == key.read(accounts)
    for each in engines:
        each.dispose()


def test_fingerprint_is_fixed_for_a_key_and_differs_between_keys():
    one = PrivacyKey(now(), bytes(32))
    assert one.fingerprint == "43b347fd"
    assert PrivacyKey(now(), bytes(31) + b"\1").fingerprint != one.fingerprint


def test_new_key_ends_every_active_link(accounts):
    made = [share_links.make(accounts, TERMS)[0].id for _each in range(4)]
    share_links.revoke(accounts, made[0])
    revoked_at = share_links.by_id(accounts, made[0]).revoked_at
    share_links.pause(accounts, made[1])
    with accounts.begin() as connection:
        connection.execute(text(f"UPDATE link SET expires_at = made_at WHERE id = {made[2]}"))
    assert states(accounts) == ["revoked", "paused", "expired", "active"]
    before = key.make(accounts)
    renewed = key.renew(accounts)
    assert renewed.secret != before.secret
    assert key.read(accounts) == renewed
    assert states(accounts) == ["revoked"] * 4
    assert share_links.by_id(accounts, made[0]).revoked_at == revoked_at
    assert key.ended_by(accounts, renewed) == 3
    assert share_links.make(accounts, TERMS)[0].state(now()) == "active"


def test_new_key_that_cannot_be_stored_ends_no_link_and_is_not_disclosed(accounts, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    share_links.make(accounts, TERMS)
    before = key.make(accounts)
    drawn = bytes(range(32))
    monkeypatch.setattr(secrets, "token_bytes", lambda _count: drawn)
    fill_up(accounts, "privacy_key")
    with pytest.raises(DBAPIError) as failed:
        key.renew(accounts)
    assert key.read(accounts) == before
    assert states(accounts) == ["active"]
    assert forms_in(drawn, str(failed.value) + caplog.text) == []


def forms_in(secret: bytes, said: str) -> list[str]:
    """The forms of a secret that occur in a text."""
    return [form for form in (secret.hex(), repr(secret), str(secret)[2:-1]) if form.lower() in said.lower()]


# --- the command --------------------------------------------------------------------------------------------------


def test_command_creates_the_key_and_then_shows_its_fingerprint(run, accounts):
    first = run()
    made = key.read(accounts)
    assert made is not None
    assert first.exit_code == 0
    assert first.stderr == "There was no key: one was made.\n"
    assert first.stdout == f"made        {made.made_at:%Y-%m-%d %H:%M} UTC\nfingerprint {made.fingerprint}\n"
    again = run()
    assert (again.exit_code, again.stdout, again.stderr) == (0, first.stdout, "")


def test_privacy_key_is_in_no_output_and_no_log(run, accounts, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("SCORE_LOG_LEVEL", "DEBUG")
    said = ""
    for words in ((), (), ("--renew", "--yes")):
        done = run(*words)
        kept = key.read(accounts)
        assert kept is not None
        said += done.output + caplog.text + repr(kept) + str(kept)
        assert forms_in(kept.secret, said) == []
        assert kept.fingerprint not in kept.secret.hex()


def test_key_is_replaced_only_after_confirmation(run, accounts, monkeypatch):
    share_links.make(accounts, TERMS)
    before = key.make(accounts)
    unasked = run("--renew")
    assert (unasked.exit_code, unasked.stdout) == (1, "")
    assert "--yes" in unasked.stderr
    monkeypatch.setattr(privacy_commands, "_at_terminal", lambda: True)
    refused = run("--renew", typed="n\n")
    assert (refused.exit_code, key.read(accounts), states(accounts)) == (1, before, ["active"])
    assert "Nothing was changed" in refused.stderr
    done = run("--renew", typed="y\n")
    renewed = key.read(accounts)
    assert renewed not in (None, before)
    assert done.exit_code == 0
    assert "1 link ended" in done.stderr
    assert renewed.fingerprint in done.stdout
    assert states(accounts) == ["revoked"]


def test_command_reports_the_number_of_ended_links(run, accounts):
    for _each in range(3):
        share_links.make(accounts, TERMS)
    assert "3 links ended" in run("--renew", "--yes").stderr
    assert "0 links ended" in run("--renew", "--yes").stderr
