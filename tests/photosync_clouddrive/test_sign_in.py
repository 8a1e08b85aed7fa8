"""Signing in, staying signed in, and what a user reads when that ends."""

from __future__ import annotations

import json
import socket
import stat
import threading
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from photosync.errors import ConfigError, ProviderError, SignInError, TemporaryError
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.forked_command import ForkedCommand, start
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.tokens import CLIENT_ID, CLIENT_SECRET, STRANGER

if TYPE_CHECKING:
    from tests.photosync_clouddrive.conftest import Account

TOKEN = "POST /auth/o2/token"


def configure(sandbox: Sandbox, simulator: CloudDriveSimulator, **settings: object) -> None:
    sandbox.configure({"drive": {**simulator.account_settings(), **settings}})


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def consent(url: str, follow: bool = True) -> str:
    """A browser whose person agrees: where it ends up."""
    opener = urllib.request.build_opener(NoRedirect)
    try:
        opener.open(url, timeout=60).close()
    except urllib.error.HTTPError as error:
        with error:
            target = error.headers["Location"]
    if follow:
        urllib.request.urlopen(target, timeout=60).close()
    return str(target)


@dataclass
class Person:
    """Who signs in, with a browser here or with one elsewhere."""

    browser_allowed: bool = True
    port: int | None = None
    answer: Callable[[str], str | None] = lambda url: None
    links: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def show(self, message: str) -> None:
        self.said.append(message)

    def show_link(self, url: str, purpose: str, qr_code: bool = False, browser_url: str | None = None) -> None:
        self.links.append(url)
        if self.browser_allowed:
            threading.Thread(target=consent, args=(url,)).start()

    def ask(self, prompt: str) -> str | None:
        return self.answer(self.links[-1])


# Getting a token


def test_login_with_a_browser(simulator: CloudDriveSimulator, account: Account) -> None:
    person = Person(port=0)
    provider = account.open(token=None)
    assert provider.sign_in_state() == "not signed in"
    said = provider.sign_in(person)
    file = account.state / "oauth.json"
    assert str(file) in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    asked = parse_qs(urlsplit(person.links[0]).query)
    assert asked["scope"] == ["clouddrive:read_all"]
    assert asked["code_challenge_method"] == ["S256"], "the simulator compares the challenge with the verifier"
    assert provider.sign_in_state().startswith("signed in")
    assert len(account.listing(token=None).items) == 60


def test_login_with_a_browser_elsewhere(simulator: CloudDriveSimulator, account: Account) -> None:
    person = Person(browser_allowed=False, answer=lambda url: f"  {consent(url, follow=False)}\n")
    account.open(token=None).sign_in(person)
    assert len(account.listing(token=None).items) == 60
    token = json.loads((account.state / "oauth.json").read_text())
    assert {"access_token", "refresh_token", "expires_in", "token_type", "exp_time"} <= token.keys()


def link_shown_by(process: ForkedCommand) -> str:
    for line in process.stderr:
        if line.strip().startswith("http"):
            return line.strip()
    raise AssertionError("no address was shown")


def start_login(sandbox: Sandbox, *options: str) -> ForkedCommand:
    arguments = ["login", "drive", "--config", str(sandbox.config), *options]
    return start(arguments, folder=sandbox.folder, environment=sandbox.environment())


def test_the_command_receives_the_answer_on_a_port(simulator: CloudDriveSimulator, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"drive": simulator.fresh_settings()})
    process = start_login(sandbox, "--no-browser", "--port", str(port))
    consent(link_shown_by(process))
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert "signed in to Amazon Cloud Drive" in stdout
    assert sandbox.run("pull", "drive").number("saved") == 60
    assert sandbox.run("logout", "drive").exit == 0
    result = sandbox.run("pull", "drive")
    assert result.exit == 4
    assert "photosync login drive" in result.stderr + str(result.summary)


def test_the_command_takes_a_pasted_address(simulator: CloudDriveSimulator, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"drive": simulator.fresh_settings()})
    process = start_login(sandbox, "--no-browser")
    address = consent(link_shown_by(process), follow=False)
    stdout, stderr = process.communicate(f"{address}\n", timeout=60)
    assert process.returncode == 0, stderr
    assert parse_qs(urlsplit(address).query)["code"][0] not in stdout + stderr
    assert sandbox.run("collections", "drive").exit == 0


def test_login_with_the_answer_to_another_question(account: Account) -> None:
    def other(url: str) -> str:
        return consent(url, follow=False).replace("state=", "state=x")

    with pytest.raises(SignInError, match="belongs to another sign-in"):
        account.open(token=None).sign_in(Person(browser_allowed=False, answer=other))


def test_login_that_the_person_refuses(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.tokens.denied = True
    person = Person(browser_allowed=False, answer=lambda url: consent(url, follow=False))
    with pytest.raises(SignInError, match=r"not granted \(access_denied: Access not permitted\.\)"):
        account.open(token=None).sign_in(person)


def test_login_without_a_terminal(account: Account) -> None:
    with pytest.raises(SignInError, match="Nobody can answer here"):
        account.open(token=None).sign_in(Person(browser_allowed=False))


def test_a_code_that_was_used_up(account: Account) -> None:
    with pytest.raises(SignInError, match=r"did not accept the code \(invalid_grant: .*photosync login drive"):
        account.open(token=None).sign_in(Person(browser_allowed=False, answer=lambda _: "AnOldCode"))


def test_login_as_another_user_forgets_the_tree(simulator: CloudDriveSimulator, account: Account) -> None:
    mark = account.listing().mark
    with CloudDriveSimulator(items=3) as other:
        other.drive._own["OtherRootExample_AAAAA"] = {
            **other.drive._own.pop("RootExample_AAAAAAAAAA"),
            "id": "OtherRootExample_AAAAA",
        }
        other.drive._journal[0] = "OtherRootExample_AAAAA"
        account.simulator = other
        person = Person(browser_allowed=False, answer=lambda url: consent(url, follow=False))
        account.open(token=None).sign_in(person)
        assert len(account.news(mark, token=None).items) == 3


def test_logout_deletes_the_token(account: Account) -> None:
    person = Person(browser_allowed=False, answer=lambda url: consent(url, follow=False))
    account.open(token=None).sign_in(person)
    provider = account.open(token=None)
    assert "oauth.json" in provider.sign_out()
    assert provider.sign_out() == "nobody was signed in"
    with pytest.raises(SignInError, match="not signed in yet"):
        account.listing(token=None)


# Keeping it


def test_a_token_that_ends_in_mid_run_is_refreshed_once(tmp_path: Path) -> None:
    with CloudDriveSimulator(items=60, token_uses=30) as simulator:
        sandbox = Sandbox(tmp_path)
        configure(sandbox, simulator)
        simulator.tokens.uses = None  # what a refresh gives lasts
        result = sandbox.run("pull", "drive", "--jobs", "8")
        assert result.exit == 0, result
        assert result.number("saved") == 60
        assert simulator.counts["401"] >= 1
        assert simulator.counts[TOKEN] == 1


def test_a_token_is_refreshed_before_its_end(simulator: CloudDriveSimulator, account: Account) -> None:
    token = json.loads(simulator.token_file.read_text())
    simulator.token_file.write_text(json.dumps({**token, "exp_time": 1.5, "of_acd_cli": "kept"}))
    assert len(account.listing().items) == 60
    assert (simulator.counts[TOKEN], simulator.counts["401"]) == (1, 0)
    written = json.loads(simulator.token_file.read_text())
    assert written["of_acd_cli"] == "kept"
    assert written["refresh_token"] == token["refresh_token"]
    assert written["access_token"] != token["access_token"]
    assert written["exp_time"] > 1_500_000_000


def test_two_processes_refresh_once(simulator: CloudDriveSimulator, tmp_path: Path) -> None:
    token = json.loads(simulator.token_file.read_text())
    simulator.token_file.write_text(json.dumps({**token, "exp_time": 1.5}))
    simulator.faults.latency = Fault(value=0.3)
    sandboxes = [Sandbox(tmp_path / name) for name in ("one", "two")]
    for sandbox in sandboxes:
        configure(sandbox, simulator)
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda sandbox: sandbox.run("collections", "drive"), sandboxes))
    assert [result.exit for result in results] == [0, 0], results
    assert simulator.counts[TOKEN] == 1


def test_what_another_process_refreshed_is_used(simulator: CloudDriveSimulator, account: Account) -> None:
    provider = account.open()
    list(provider.collections())
    simulator.tokens.end_access()
    token = json.loads(simulator.token_file.read_text())
    simulator.token_file.write_text(json.dumps({**token, **simulator.tokens.issue(), "exp_time": 9e9}))
    list(provider.collections())
    assert simulator.counts[TOKEN] == 0


def test_a_token_file_from_elsewhere_that_does_not_say_when_it_ends(
    simulator: CloudDriveSimulator, account: Account
) -> None:
    token = simulator.tokens.issue()
    simulator.token_file.write_text(json.dumps(token))
    assert len(account.listing().items) == 60
    assert json.loads(simulator.token_file.read_text()).keys() == {*token, "exp_time"}
    simulator.tokens.end_access()
    assert account.listing().total == 60
    assert simulator.counts[TOKEN] == 1


def test_client_data_of_acd_cli(simulator: CloudDriveSimulator, account: Account, tmp_path: Path) -> None:
    file = tmp_path / "client_data"
    file.write_text(json.dumps({"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET}))
    simulator.token_file.touch()
    simulator.tokens.end_access()
    listing = account.listing(client_id=None, client_secret=None, client_data="client_data")
    assert (listing.total, simulator.counts[TOKEN]) == (60, 1)


# Section 1.1: what the token route refuses


@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        ((400, "invalid_grant", "revoked"), "no longer accepts this sign-in .*invalid_grant: revoked.*photosync login"),
        ((400, "invalid_client", "who?"), "does not know this client .*'client_id' and 'client_secret'"),
        ((401, "invalid_client", "who?"), "does not know this client"),
        ((400, "invalid_request", "no"), r"gave no token \(invalid_request: no\)\. Check 'client_id'"),
        ((400, "unauthorized_client", "no"), "unauthorized_client: no.*Check"),
        ((400, "unsupported_grant_type", "no"), "unsupported_grant_type: no.*Check"),
        ((400, "invalid_scope", "no"), "invalid_scope: no.*'scopes'"),
    ],
)
def test_a_refresh_that_is_refused(
    simulator: CloudDriveSimulator, account: Account, refusal: tuple[int, str, str], message: str
) -> None:
    provider = account.open()
    simulator.tokens.end_access()
    simulator.tokens.refused = refusal
    with pytest.raises(SignInError, match=f"account 'drive'.*{message}"):
        list(provider.collections())
    with pytest.raises(SignInError):
        list(provider.collections())
    assert simulator.counts[TOKEN] == 1, "asked again although a person is needed"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_token_route_that_is_busy_is_asked_again(
    simulator: CloudDriveSimulator, account: Account, status: int
) -> None:
    provider = account.open()
    simulator.tokens.end_access()
    simulator.faults.server_error = Fault(value=status, times=2, on="other", after=1)
    assert len(list(provider.collections())) > 5


def test_a_token_that_is_refused_although_it_is_fresh(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.tokens.uses = 0
    simulator.tokens.end_access()
    with pytest.raises(SignInError, match=r"does not accept the token in .*oauth\.json .*photosync login drive"):
        account.listing()


def test_a_sign_in_that_was_taken_back_is_exit_4(simulator: CloudDriveSimulator, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    configure(sandbox, simulator)
    simulator.tokens.revoke()
    result = sandbox.run("pull", "drive")
    assert result.exit == 4, result
    assert "photosync login drive" in result.stderr + str(result.summary)
    secret = json.loads(simulator.token_file.read_text())["refresh_token"]
    assert secret not in result.stderr + result.stdout


def test_no_secret_in_any_log(simulator: CloudDriveSimulator, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    configure(sandbox, simulator)
    before = json.loads(simulator.token_file.read_text())
    simulator.tokens.end_access()
    result = sandbox.run("pull", "drive", "-vv", "--log-file", str(tmp_path / "log"))
    after = json.loads(simulator.token_file.read_text())
    shown = result.stdout + result.stderr + (tmp_path / "log").read_text()
    assert result.exit == 0, result
    for secret in (before["access_token"], before["refresh_token"], after["access_token"], CLIENT_SECRET):
        assert secret not in shown


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "is no JSON"), ('{"access_token": "a", "expires_in": 5}', "has no refresh_token")],
)
def test_a_broken_token_file(simulator: CloudDriveSimulator, account: Account, content: str, message: str) -> None:
    simulator.token_file.write_text(content)
    with pytest.raises(SignInError, match=f"oauth.json {message}.*delete it"):
        account.listing()


# Section 1.4 and 1.5: relays, and who is asked


def relay_settings(simulator: CloudDriveSimulator, **more: object) -> dict[str, object]:
    return {"client_id": None, "client_secret": None, "relay": f"{simulator.url}/relay", **more}


@pytest.mark.parametrize("method", ["post", "get", "json"])
def test_a_relay_refreshes(simulator: CloudDriveSimulator, account: Account, method: str) -> None:
    provider = account.open(**relay_settings(simulator, relay_method=method))
    simulator.tokens.end_access()
    assert len(list(provider.collections())) > 5
    assert sum("tokens are renewed by the relay" in said for said in account.said) == 1
    simulator.tokens.end_access()
    list(account.open(**relay_settings(simulator, relay_method=method)).collections())
    assert sum("tokens are renewed by the relay" in said for said in account.said) == 1


def test_a_relay_that_gives_the_token_of_another_user(simulator: CloudDriveSimulator, account: Account) -> None:
    assert len(account.listing(**relay_settings(simulator)).items) == 60
    before = simulator.token_file.read_text()
    simulator.tokens.end_access()
    simulator.tokens.relay_account = STRANGER
    with pytest.raises(SignInError, match="a token of another account"):
        account.listing(**relay_settings(simulator))
    assert simulator.token_file.read_text() == before


def test_a_relay_that_fails_shows_its_words(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.token_file.touch()
    simulator.tokens.end_access()
    simulator.tokens.refused = (403, "", "")
    with pytest.raises(SignInError, match=r"relay 127\.0\.0\.1:\d+ gave no token \(status 403: over quota\)"):
        account.listing(**relay_settings(simulator))


def test_login_at_a_relay(simulator: CloudDriveSimulator, account: Account, tmp_path: Path) -> None:
    saved = tmp_path / "download.json"
    saved.write_text(json.dumps(simulator.tokens.issue()))
    person = Person(browser_allowed=False, answer=lambda _: str(saved))
    account.open(**relay_settings(simulator, token=None)).sign_in(person)
    assert len(account.listing(**relay_settings(simulator, token=None)).items) == 60


def test_a_broken_client_never_opens_the_relay(
    simulator: CloudDriveSimulator, account: Account, tmp_path: Path
) -> None:
    (tmp_path / "client_data").write_text('{"CLIENT_ID": "x"}')
    with pytest.raises(ConfigError, match=r"client_data.* needs both keys"):
        account.open(**relay_settings(simulator, client_data="client_data"))
    (tmp_path / "client_data").write_text("nonsense")
    with pytest.raises(ConfigError, match=r"client_data.* is no JSON"):
        account.open(**relay_settings(simulator, client_data="client_data"))
    simulator.token_file.touch()
    simulator.tokens.end_access()
    with pytest.raises(SignInError, match="does not know this client"):
        account.listing(client_id="wrong", relay=f"{simulator.url}/relay")
    assert simulator.counts["POST /relay"] == 0


def test_nothing_to_sign_in_with(simulator: CloudDriveSimulator, account: Account) -> None:
    nothing = {"client_id": None, "client_secret": None}
    assert len(account.listing(**nothing).items) == 60, "a token that is still good needs no client"
    simulator.tokens.end_access()
    with pytest.raises(SignInError, match="nothing is configured to refresh it with"):
        account.listing(**nothing)
    with pytest.raises(SignInError, match="nothing to sign in with"):
        account.open(**nothing).sign_in(Person())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"relay": "http://relay.example/"}, "https"),
        ({"relay": "relay.example"}, "https"),
        ({"client_secret": None}, "'client_secret' is missing"),
        ({"sign_in": "relay"}, "needs the relay's address"),
        ({"client_id": None, "client_secret": None, "sign_in": "own"}, "needs 'client_id'"),
        ({"client_data": "client_data"}, "keep one of"),
    ],
)
def test_settings_that_do_not_fit(account: Account, settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        account.open(**settings)


# Section 2.1: where the drive is


def test_the_endpoint_is_asked_for_once_in_three_days(simulator: CloudDriveSimulator, account: Account) -> None:
    route = "GET /drive/v1/account/endpoint"
    for _ in range(3):
        account.listing()
    assert simulator.counts[route] == 1
    cache = account.state / "endpoint.json"
    content = json.loads(cache.read_text())
    assert 259_000 < content["exp_time"] - cache.stat().st_mtime < 259_300
    cache.write_text(json.dumps({**content, "exp_time": 5}))
    account.listing()
    cache.write_text("{")
    account.listing()
    assert simulator.counts[route] == 3


def test_a_missing_slash_is_added(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.endpoint = {"metadataUrl": f"{simulator.url_of('metadata')}/drive/v1"}
    assert len(account.listing().items) == 60


def test_an_account_without_a_drive(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.endpoint = {"customerExists": False}
    with pytest.raises(SignInError, match=r"never used Amazon Drive .*Open Amazon Drive once in a browser"):
        account.listing()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://drive.evil.example/drive/v1/", "https://drive.evil.example"),
        ("http://cdws.us-east-1.amazonaws.com/drive/v1/", "http://cdws.us-east-1.amazonaws.com"),
        ("https://amazonaws.com.evil.example/", "evil.example"),
        ("https://evilamazonaws.com/", "evilamazonaws"),
        ("https://user@cdws.amazonaws.com/", "cdws"),
        ("https://cdws.amazonaws.com:8443@evil.example/", "evil"),
        ("ftp://cdws.amazonaws.com/", "ftp"),
    ],
)
@pytest.mark.parametrize("key", ["metadataUrl", "contentUrl"])
def test_a_foreign_endpoint_gets_no_token(
    simulator: CloudDriveSimulator, account: Account, url: str, shown: str, key: str
) -> None:
    simulator.endpoint = {key: url}
    with pytest.raises(ProviderError, match=f"{shown}.* as its {key}. Nothing was sent there"):
        account.listing()
    assert not (account.state / "endpoint.json").exists()
    assert simulator.counts["total"] == 1


def test_an_endpoint_that_says_nothing(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.endpoint = {"contentUrl": None}
    with pytest.raises(ProviderError, match="did not say its contentUrl"):
        account.listing()


def test_a_throttled_endpoint_is_asked_again(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.faults.throttle = Fault(times=2, on="other")
    assert len(account.listing().items) == 60


def test_a_client_that_is_not_allowed(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.faults.not_allowed = Fault()
    with pytest.raises(SignInError, match=r"issued a token and does not let it in .*'clouddrive:read_all'"):
        account.listing()


def test_a_front_end_that_fails_is_asked_again(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.faults.front_end = Fault(times=2)
    assert len(account.listing().items) == 60
    simulator.faults.front_end = Fault()
    with pytest.raises(TemporaryError, match="front end fails"):
        account.listing()
