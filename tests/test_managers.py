"""Managers: sign-in, valid sessions, and the commands that add and change managers."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select
from werkzeug.security import check_password_hash

from dashboard.commands.cli import main
from data import managers
from data.managers import LONGEST_PASSWORD, SHORTEST_PASSWORD, ManagerProblem
from data.storage.accounts import accounts_engine, manager

PASSWORD = "correct horse battery"
Run = Callable[..., Result]


pytestmark = pytest.mark.both_databases


@pytest.fixture
def address(new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an accounts database that does not exist yet, named in the environment."""
    address = new_database()
    monkeypatch.setenv("SCORE_ACCOUNTS_URL", address)
    return address


@pytest.fixture
def accounts(address: str) -> Iterator[Engine]:
    engine = accounts_engine(address)
    yield engine
    engine.dispose()


@pytest.fixture
def run(address: str) -> Run:
    """Runs a command of `score-dashboard manager`; `typed` is what comes in on standard input."""
    return lambda *words, typed="": CliRunner().invoke(main, ["manager", *map(str, words)], input=typed)


def problem(do: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(ManagerProblem) as raised:
        do(*arguments)
    return raised.value.reason


# --- data ---------------------------------------------------------------------------------------------------------


def test_manager_signs_in_with_address_in_any_case_and_only_the_right_password(accounts):
    managers.add(accounts, " Mei.Lin@Example.ORG ", PASSWORD)
    known = managers.with_password(accounts, "mei.LIN@example.org", PASSWORD)
    assert known is not None
    assert (known.email, known.disabled, known.has_password) == ("mei.lin@example.org", False, True)
    for wrong in ("", PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1]):
        assert managers.with_password(accounts, "mei.lin@example.org", wrong) is None
    assert managers.with_password(accounts, "somebody@example.org", PASSWORD) is None


def test_password_is_stored_as_a_salted_hash(accounts, address):
    for email in ("a@example.org", "b@example.org"):
        managers.add(accounts, email, PASSWORD)
    with accounts.connect() as connection:
        stored = list(connection.scalars(select(manager.c.password_hash)))
    assert len(set(stored)) == 2
    assert all(each.startswith("scrypt:") and check_password_hash(each, PASSWORD) for each in stored)
    with accounts.connect() as connection:
        assert PASSWORD not in repr(connection.execute(select(manager)).all())


def test_manager_without_a_password_cannot_sign_in_by_password(accounts):
    added = managers.add(accounts, "a@example.org", None)
    assert not added.has_password
    assert managers.with_password(accounts, "a@example.org", "") is None
    assert managers.with_address(accounts, "A@example.org") == added


def test_disabled_manager_cannot_sign_in_until_enabled_again(accounts):
    managers.add(accounts, "a@example.org", PASSWORD)
    managers.disable(accounts, "a@example.org")
    assert managers.with_password(accounts, "a@example.org", PASSWORD) is None
    assert managers.with_address(accounts, "a@example.org") is None
    managers.enable(accounts, "a@example.org")
    assert managers.with_password(accounts, "a@example.org", PASSWORD) is not None
    assert managers.with_address(accounts, "a@example.org") is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda accounts: managers.set_password(accounts, "a@example.org", "another" + PASSWORD),
        lambda accounts: managers.disable(accounts, "a@example.org"),
        lambda accounts: managers.end_sessions(accounts, "a@example.org"),
    ],
    ids=["password", "disable", "sign-out"],
)
def test_manager_session_ends_with_password_change_disabling_and_sign_out(accounts, change):
    first, other = (managers.add(accounts, f"{name}@example.org", PASSWORD) for name in "ab")
    assert managers.of_session(accounts, first.id, first.session_epoch) == first
    change(accounts)
    assert managers.of_session(accounts, first.id, first.session_epoch) is None
    assert managers.of_session(accounts, other.id, other.session_epoch) == other


def test_old_session_stays_ended_when_a_disabled_manager_is_enabled(accounts):
    known = managers.add(accounts, "a@example.org", PASSWORD)
    managers.disable(accounts, "a@example.org")
    managers.enable(accounts, "a@example.org")
    assert managers.of_session(accounts, known.id, known.session_epoch) is None


@pytest.mark.parametrize(
    "email", ["", "a", "a@", "@b", "a b@c", "a@b@c", "a" * 65 + "@b", "a@" + "b" * 190, "a@b\nc@d"]
)
def test_invalid_email_address_is_not_added(accounts, email):
    assert problem(managers.add, accounts, email, PASSWORD) == "email"
    assert managers.managers(accounts) == []


@pytest.mark.parametrize("length", [0, SHORTEST_PASSWORD - 1, LONGEST_PASSWORD + 1])
def test_too_short_or_too_long_password_is_refused_and_the_old_one_stays(accounts, length):
    assert problem(managers.add, accounts, "a@example.org", "p" * length) == "password"
    managers.add(accounts, "a@example.org", PASSWORD)
    assert problem(managers.set_password, accounts, "a@example.org", "p" * length) == "password"
    assert managers.with_password(accounts, "a@example.org", PASSWORD) is not None


@pytest.mark.parametrize("length", [SHORTEST_PASSWORD, LONGEST_PASSWORD])
def test_shortest_and_longest_password_are_accepted(accounts, length):
    managers.add(accounts, "a@example.org", "密" * length)
    assert managers.with_password(accounts, "a@example.org", "密" * length) is not None


def test_address_in_use_is_refused_in_any_letter_case(accounts):
    managers.add(accounts, "a@example.org", PASSWORD)
    assert problem(managers.add, accounts, "A@EXAMPLE.org", PASSWORD) == "taken"


def test_lookalike_letter_of_another_script_is_a_different_address(accounts):
    """The Kelvin sign becomes a plain k in lower case: the owner of that address is not our manager."""
    managers.add(accounts, "mark@example.org", PASSWORD)
    assert "mar\u212a@example.org".lower() == "mark@example.org"
    assert managers.with_address(accounts, "mar\u212a@example.org") is None
    assert managers.with_password(accounts, "mar\u212a@example.org", PASSWORD) is None


@pytest.mark.parametrize("change", [managers.disable, managers.enable, managers.end_sessions, managers.by_email])
def test_unknown_manager_cannot_be_changed(accounts, change):
    assert problem(change, accounts, "a@example.org") == "unknown"


# --- commands -----------------------------------------------------------------------------------------------------


def test_add_prompts_twice_hides_the_input_and_creates_the_database(run, accounts):
    done = run("add", "A@example.org", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "a@example.org may sign in." in done.stderr
    assert PASSWORD not in done.output
    assert managers.with_password(accounts, "a@example.org", PASSWORD) is not None


def test_add_prompts_again_until_both_passwords_match(run, accounts):
    done = run("add", "a@example.org", typed=f"{PASSWORD}\n{PASSWORD}x\n{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0
    assert "do not match" in done.stderr
    assert managers.with_password(accounts, "a@example.org", PASSWORD) is not None


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_add_reads_the_password_from_a_file_without_its_line_end(run, accounts, tmp_path, end):
    file = tmp_path / "password"
    file.write_bytes(f" {PASSWORD} {end}".encode())
    assert run("add", "a@example.org", "--password-file", file).exit_code == 0
    assert managers.with_password(accounts, "a@example.org", f" {PASSWORD} ") is not None


def test_password_file_that_is_not_text_is_refused_and_no_manager_is_added(run, accounts, tmp_path):
    file = tmp_path / "password"
    file.write_bytes(b"\xff\xfe\n")
    done = run("add", "a@example.org", "--password-file", file)
    assert done.exit_code == 1
    assert "not UTF-8 text" in done.stderr
    assert managers.managers(accounts) == []


def test_add_reads_the_password_from_standard_input(run, accounts):
    assert run("add", "a@example.org", "--password-file", "-", typed=PASSWORD + "\n").exit_code == 0
    assert managers.with_password(accounts, "a@example.org", PASSWORD) is not None


def test_add_for_single_sign_on_prompts_for_no_password(run, accounts):
    done = run("add", "a@example.org", "--single-sign-on")
    assert done.exit_code == 0
    assert "by single sign-on" in done.stderr
    assert not managers.by_email(accounts, "a@example.org").has_password


def test_add_for_single_sign_on_refuses_a_password(run, tmp_path):
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    assert run("add", "a@example.org", "--single-sign-on", "--password-file", file).exit_code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "nobody"), "This is no e-mail address: nobody"),
        (("add", "there@example.org"), "There is a manager there@example.org already"),
        (("password", "nobody@example.org"), "There is no manager nobody@example.org"),
        (("disable", "nobody@example.org"), "There is no manager nobody@example.org"),
        (("enable", "nobody@example.org"), "There is no manager nobody@example.org"),
    ],
)
def test_manager_command_reports_the_error_and_exits_with_1(run, accounts, words, said):
    managers.add(accounts, "there@example.org", PASSWORD)
    done = run(*words, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["add", "password"])
def test_short_password_is_refused_with_the_required_length(run, accounts, command):
    managers.add(accounts, "there@example.org", PASSWORD)
    done = run(command, "there@example.org" if command == "password" else "new@example.org", typed="short\nshort\n")
    assert done.exit_code == 1
    assert f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD}" in done.stderr
    assert "short\n" not in done.output
    assert [each.email for each in managers.managers(accounts)] == ["there@example.org"]


def test_password_command_for_an_unknown_manager_does_not_prompt(run):
    assert "Password" not in run("password", "nobody@example.org").output


def test_list_shows_sign_in_method_and_state_but_no_secret(run, accounts):
    managers.add(accounts, "b@example.org", PASSWORD)
    managers.add(accounts, "a@example.org", None)
    managers.disable(accounts, "b@example.org")
    done = run("list")
    assert done.exit_code == 0
    first, second = (line.split("\t") for line in done.stdout.splitlines())
    assert first[:3] == ["a@example.org", "single-sign-on", "active"]
    assert second[:3] == ["b@example.org", "password", "disabled"]
    assert "scrypt" not in done.output


def test_empty_manager_list_explains_how_to_add_the_first(run):
    done = run("list")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "manager add" in done.stderr


def test_disable_enable_and_password_commands_take_effect(run, accounts):
    managers.add(accounts, "a@example.org", PASSWORD)
    assert run("disable", "A@example.org").exit_code == 0
    assert managers.by_email(accounts, "a@example.org").disabled
    assert run("enable", "a@example.org").exit_code == 0
    assert not managers.by_email(accounts, "a@example.org").disabled
    assert run("password", "a@example.org", typed="another password\nanother password\n").exit_code == 0
    assert managers.with_password(accounts, "a@example.org", PASSWORD) is None
    assert managers.with_password(accounts, "a@example.org", "another password") is not None


def test_uncreatable_accounts_database_is_named_in_the_error(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCORE_ACCOUNTS_URL", f"sqlite:///{tmp_path}")
    done = CliRunner().invoke(main, ["manager", "list"])
    assert done.exit_code == 1
    assert "SCORE_ACCOUNTS_URL" in done.stderr
    assert "Traceback" not in done.stderr
