"""Health checks and people are told how a run ended, through real HTTP; what cannot be told changes nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from photosync.testing import Fault
from photosync.testing.command import Result, Sandbox
from photosync_amazon.simulator import AmazonSimulator

_SECRET = "4f2a-secret-of-the-check"


class Receiver:
    """A service of health checks, and one that takes notifications."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.bodies: list[str] = []
        self.status = 200
        self.held: threading.Event | None = None
        """Answers wait for it."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                receiver.paths.append(self.path)
                if receiver.held is not None:
                    receiver.held.wait()
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def host(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.server.server_port}"

    @contextmanager
    def running(self) -> Iterator[Receiver]:
        """Serve until the context is left."""
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            if self.held is not None:
                self.held.set()
            self.server.shutdown()
            thread.join()
            self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().running() as running:
        yield running


def configured(sandbox: Sandbox, **keys: object) -> None:
    """Add keys at the top of the configuration."""
    content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
    sandbox.config.write_text(yaml.safe_dump({**content, **keys}), encoding="utf-8")


def check_no_secret(sandbox: Sandbox, result: Result) -> None:
    """The address is in no output and in no file but the configuration."""
    assert _SECRET not in result.stdout + result.stderr
    for file in sandbox.folder.rglob("*"):
        if file.is_file() and file != sandbox.config:
            assert _SECRET.encode() not in file.read_bytes(), file


def test_a_health_check_is_told_of_begin_success_and_failure(
    sandbox: Sandbox, simulator: AmazonSimulator, receiver: Receiver
) -> None:
    configured(sandbox, ping_url=f"http://{receiver.host}/ping/{_SECRET}")
    result = sandbox.run("pull", "-vv", "--limit", "2")
    assert result.exit == 0, result
    check_no_secret(sandbox, result)
    assert receiver.paths == [f"/ping/{_SECRET}/start", f"/ping/{_SECRET}"]
    simulator.faults.expired = Fault()
    result = sandbox.run("pull", "-vv", "--full")
    assert result.exit == 4, result
    check_no_secret(sandbox, result)
    assert receiver.paths[2:] == [f"/ping/{_SECRET}/start", f"/ping/{_SECRET}/fail"]
    assert receiver.bodies[3].endswith(" pull: auth, exit 4\n")
    for body in receiver.bodies:
        assert "amazon" not in body
        assert str(sandbox.folder) not in body


@pytest.mark.parametrize("arguments", [("pull", "--count"), ("pull", "--dry-run"), ("status",), ("list", "amazon")])
def test_what_brings_nothing_tells_nothing(sandbox: Sandbox, receiver: Receiver, arguments: tuple[str, ...]) -> None:
    url = f"http://{receiver.host}/{_SECRET}"
    configured(sandbox, ping_url=url, notify={"urls": [f"json://{receiver.host}/{_SECRET}"], "on": "always"})
    assert sandbox.run(*arguments).exit == 0
    assert receiver.paths == []


def test_each_command_has_its_own_health_check(sandbox: Sandbox, receiver: Receiver) -> None:
    assert sandbox.run("pull", "--limit", "1").exit == 0
    configured(sandbox, ping_url={name: f"http://{receiver.host}/{name}?a=1" for name in ("verify", "audit")})
    for command, status in ((("verify", "--quick"), 0), (("audit", "amazon"), 10), (("pull", "--limit", "1"), 0)):
        assert sandbox.run(*command).exit == status
    assert receiver.paths == ["/verify/start?a=1", "/verify?a=1", "/audit/start?a=1", "/audit/fail?a=1"]
    other = sandbox.folder / "other"
    other.mkdir()
    (other / "SHA256SUMS").touch()
    sandbox.run("verify", str(other))
    assert len(receiver.paths) == 4


def test_a_copy_has_its_own_health_check(sandbox: Sandbox, receiver: Receiver) -> None:
    (sandbox.folder / "disk").mkdir()
    assert sandbox.run("pull", "--limit", "1").exit == 0
    keys = {"copies": {"disk": str(sandbox.folder / "disk"), "away": str(sandbox.folder / "none" / "away")}}
    configured(sandbox, **keys, ping_url={"copy": f"http://{receiver.host}"}, notify=f"json://{receiver.host}/n")
    assert sandbox.run("copy", "--dry-run", "disk").exit == 0
    assert sandbox.run("copy", "disk").exit == 0
    assert receiver.paths == ["/start", "/"]
    failed = sandbox.run("copy", "away")
    assert failed.exit != 0
    assert receiver.paths[2:] == ["/start", "/fail", "/n"]
    assert "copy 'away': " in receiver.bodies[-1]


def test_a_pull_that_ends_with_a_copy_tells_once(sandbox: Sandbox, receiver: Receiver) -> None:
    keys = {"copies": {"away": str(sandbox.folder / "none")}, "after": "copy"}
    url = {name: f"http://{receiver.host}/{name}" for name in ("pull", "copy")}
    configured(sandbox, **keys, ping_url=url, notify=f"json://{receiver.host}/n")
    assert sandbox.run("pull", "--limit", "1").exit == 6
    assert receiver.paths == ["/pull/start", "/pull/fail", "/n"]
    for words in ("amazon: ok, exit 0", "copy 'away': destination, exit 6"):
        assert words in receiver.bodies[-1]


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_health_check_that_answers_nonsense_changes_nothing(
    sandbox: Sandbox, receiver: Receiver, status: int
) -> None:
    configured(sandbox, ping_url=f"http://{receiver.host}/{_SECRET}")
    receiver.status = status
    result = sandbox.run("pull", "--limit", "1")
    assert result.exit == 0, result
    assert result.summary["exit"] == 0
    assert f"(ping_url) could not be told that the run has ended well: it answered {status}" in result.stderr
    check_no_secret(sandbox, result)
    # The end is tried again if that can help, the begin is not.
    assert len(receiver.paths) == (4 if status == 500 else 2)


def test_a_health_check_that_is_not_there_changes_nothing(sandbox: Sandbox, receiver: Receiver) -> None:
    closed = Receiver()
    closed.server.server_close()
    configured(sandbox, ping_url=f"http://{closed.host}/{_SECRET}", notify=f"json://{closed.host}/{_SECRET}")
    result = sandbox.run("pull", "--limit", "1", "-vv")
    assert result.exit == 0, result
    assert "(ping_url) could not be told that the run has begun: ConnectionError" in result.stderr
    check_no_secret(sandbox, result)
    result = sandbox.run("pull", "amazon", "nowhere", "-vv")
    assert result.exit == 2, result
    assert "notification 1 of 1 (notify) could not be sent" in result.stderr
    check_no_secret(sandbox, result)
    quiet = sandbox.run("pull", "--limit", "1", "-q")
    assert (quiet.exit, quiet.stderr) == (0, "")


@pytest.mark.slow  # it waits for real time-outs
def test_a_health_check_that_never_answers_delays_the_run_by_a_bounded_time(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    configured(sandbox, ping_url=f"http://{receiver.host}/{_SECRET}")
    receiver.held = threading.Event()
    result = sandbox.run("pull", "--limit", "1", timeout_s=60)
    assert result.exit == 0, result
    assert "could not be told that the run has ended well: ReadTimeout" in result.stderr
    assert len(receiver.paths) == 4


@pytest.mark.parametrize("on", ["failure", "always"])
def test_people_are_told_of_failures_or_always(sandbox: Sandbox, receiver: Receiver, on: str) -> None:
    configured(sandbox, notify={"urls": [f"json://{receiver.host}/{_SECRET}"], "on": on})
    result = sandbox.run("pull", "--limit", "1", "-vv")
    assert result.exit == 0, result
    check_no_secret(sandbox, result)
    assert len(receiver.bodies) == (1 if on == "always" else 0)
    result = sandbox.run("pull", "amazon", "nowhere", "-vv")
    assert result.exit == 2, result
    check_no_secret(sandbox, result)
    told = json.loads(receiver.bodies[-1])
    assert told["title"] == "photosync pull: usage, exit 2"
    assert told["type"] == "failure"
    assert told["message"].startswith("amazon: usage, exit 2\n")


def test_people_are_told_once_a_day_of_a_failure_that_repeats(
    sandbox: Sandbox, simulator: AmazonSimulator, receiver: Receiver
) -> None:
    configured(sandbox, notify=f"json://{receiver.host}/{_SECRET}", ping_url=f"http://{receiver.host}/check")
    simulator.faults.not_found = Fault(items={simulator.library.id_of(0)})
    for _ in range(4):
        assert sandbox.run("pull", "amazon").exit == 3
    assert receiver.paths.count(f"/{_SECRET}") == 2, "the third time it is known"
    assert receiver.paths.count("/check/fail") == 4


def test_a_secret_that_is_missing_changes_nothing(sandbox: Sandbox, receiver: Receiver) -> None:
    configured(sandbox, ping_url="${PING_URL}", notify=["keyring:ntfy"])
    result = sandbox.run("pull", "--limit", "1")
    assert result.exit == 0, result
    assert "ping_url: the environment has no variable PING_URL" in result.stderr
    assert "notify: the keyring has no 'ntfy'" in result.stderr
    environment = {**sandbox.environment(), "PING_URL": f"http://{receiver.host}/{_SECRET}"}
    command = [sys.executable, "-m", "photosync", "--config", str(sandbox.config), "pull", "--limit", "1"]
    assert subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0
    assert receiver.paths == [f"/{_SECRET}/start", f"/{_SECRET}"]
    environment["PING_URL"] = f"http://example.com/{_SECRET}"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "ping_url: plain http:// is accepted for loopback addresses alone" in done.stderr
    assert _SECRET not in done.stderr


def test_without_apprise_the_log_says_what_to_install(sandbox: Sandbox, tmp_path: Path) -> None:
    configured(sandbox, notify={"urls": ["ntfys://localhost/topic"], "on": "always"})
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "apprise.py").write_text("raise ImportError\n", encoding="utf-8")
    environment = {**sandbox.environment(), "PYTHONPATH": str(tmp_path / "without")}
    command = [sys.executable, "-m", "photosync", "--config", str(sandbox.config), "pull", "--limit", "1"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "'notify' needs apprise; install it with: pip install 'photosync-cli[notify]'" in done.stderr


def test_a_run_that_is_terminated_has_failed_and_one_that_finds_it_tells_nothing(
    sandbox: Sandbox, simulator: AmazonSimulator, receiver: Receiver
) -> None:
    configured(sandbox, ping_url=f"http://{receiver.host}/check")
    hold = simulator.faults.hold = Fault(on="list")
    process = sandbox.start("pull")
    assert simulator.wait_for(lambda: hold.fired >= 1)
    second = sandbox.run("pull")
    assert (second.exit, receiver.paths) == (7, ["/check/start", "/check/start"])
    process.send_signal(signal.SIGTERM)
    simulator.faults.hold = None
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert receiver.paths[2:] == ["/check/fail"]


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"ping_url": "http://example.com/a"}, "ping_url: plain http:// is accepted for loopback addresses alone"),
        ({"ping_url": "example"}, "ping_url: expected a URL that begins with https://"),
        ({"ping_url": {"pul": "https://example.com"}}, "ping_url.pul: "),
        ({"notify": ["nonsense"]}, "notify.0: expected an address of apprise"),
        ({"notify": ["json://example.com/a"]}, "notify.0: json:// sends without encryption"),
        ({"notify": {"urls": [], "on": "sometimes"}}, "notify.on: expected 'failure' or 'always'"),
        ({"notify": {"url": []}}, "notify.url: unknown key; expected one of on, urls"),
    ],
)
def test_mistakes_in_the_configuration_are_told(sandbox: Sandbox, keys: dict[str, object], problem: str) -> None:
    configured(sandbox, **keys)
    result = sandbox.run("pull")
    assert result.exit == 2
    assert problem in result.stderr, result.stderr


def test_an_address_in_a_file_that_others_can_read_is_told(sandbox: Sandbox) -> None:
    sandbox.configure({"amazon": {"cookies": "none.txt"}})
    configured(sandbox, ping_url=f"https://localhost/{_SECRET}")
    sandbox.config.chmod(0o644)
    assert os.access(sandbox.config, os.R_OK)
    assert f"Protect it with: chmod 600 {sandbox.config}" in sandbox.run("status").stderr
