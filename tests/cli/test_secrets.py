"""At `-vv`, no secret is in an output, a log, the catalog, the library, a report for a bug, or a table."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.forked_command import start
from photosync.testing.simulator import Simulator
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_google.simulator import GoogleSimulator

STORE = {
    "to": "s3://bucket/photos",
    "endpoint": "http://127.0.0.1:9",  # nobody answers there
    "region": "us-east-1",
    "access_key_id": "marked-77d0c2-key",
    "secret_access_key": "marked-b41f09-secret",
}
PING = "marked-5f2d7c1e-ping"
_ISSUED = re.compile(r"simulated-token-\d[\w-]*|simulated/secret[+%]\w+|simulated-session-token-\d+")
"""What the simulated Aura and its store issue."""
_IN_QUERY = re.compile(r"[?&](?:code|code_verifier|token|X-Amz-Signature|X-Amz-Credential|signature)=([^&]{6,})")
COMMANDS = (
    *("list", "list --saved", "collections", "tree", "show", "usage", "facets", "trashed", "session list"),
    *("audit", "pull --full", "pull --dry-run", "rebuild", "failures", "people list"),
)
"""With the account after them."""
OTHERS = (
    *("status", "status --check 1d", "failures", "providers", "verify", "verify --repair", "doctor"),
    *("doctor --bundle report.zip", "export catalog.csv", "export catalog.jsonl", "fix library --dry-run"),
    *("pull nobody", "init --answers missing.yaml", "schedule show", "logout account", "pull account"),
    *("copy second", "verify --copy second", "restore --from second --to other"),
)


def values(content: object) -> Iterator[str]:
    """All texts in JSON."""
    if isinstance(content, dict):
        for key, value in content.items():
            if not re.search("uri|url|domain|type|scope|_id$|name|exp", key):
                yield from values(value)
    elif isinstance(content, list):
        for each in content:
            yield from values(each)
    elif isinstance(content, str):
        yield content


def given_secrets(simulator: Simulator, settings: dict[str, object]) -> set[str]:
    """What the user is given: cookies, password, secret of the client, tokens."""
    found = {PING, STORE["access_key_id"], STORE["secret_access_key"]}
    for key in ("cookies", "password", "client_secret", "token", "upload_token"):
        value = settings.get(key)
        is_file = isinstance(value, str) and Path(value).is_file()
        found |= {*values(json.loads(Path(value).read_text(encoding="utf-8")) if is_file else value)}  # type: ignore[arg-type]
    return {each for each in found if len(each) >= 8}


def used_secrets(simulator: Simulator) -> set[str]:
    """Addresses that are permissions, and codes, as the service has seen them."""
    paths = [record.path for record in simulator.requests]
    media = {record.path.partition("=")[0].strip("/") for record in simulator.requests if record.site == "media"}
    return {found for path in paths for found in _IN_QUERY.findall(path)} | {each for each in media if len(each) > 20}


class Owner:
    """Runs commands, and keeps all that they print."""

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        self.sandbox = Sandbox(folder)
        self.settings = simulator.account_settings()
        self.sandbox.configure({"account": self.settings}, retry_budget="1s", sidecar="metadata")
        content = yaml.safe_load(self.sandbox.config.read_text(encoding="utf-8"))
        more = {"ping_url": f"{simulator.url}/{PING}", "copies": {"second": STORE}}
        self.sandbox.config.write_text(yaml.safe_dump({**content, **more}))
        self.printed: dict[str, str] = {}

    def run(self, line: str, *, json_: bool = False) -> None:
        arguments = [*line.split(), "-vv", *(["--json"] if json_ else []), "--config", str(self.sandbox.config)]
        process = start(arguments, folder=self.sandbox.folder, environment=self.sandbox.environment())
        self.printed[f"{line} {len(self.printed)}"] = "".join(process.communicate("", timeout=100))

    def written(self) -> Iterator[tuple[str, str]]:
        """The name and the content of each file that the commands wrote, and what they printed."""
        yield from self.printed.items()
        files = [path for path in self.sandbox.folder.rglob("*") if path.is_file() and path != self.sandbox.config]
        tokens = self.sandbox.home / ".local" / "state" / "photosync" / "accounts"
        for path in files:
            if not path.is_relative_to(tokens):  # these are for secrets, and have the mode 0600
                yield str(path), path.read_bytes().decode("latin-1")
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as bundle:
                    yield from ((name, bundle.read(name).decode("latin-1")) for name in bundle.namelist())


@pytest.mark.slow  # more than thirty commands
@pytest.mark.parametrize("service", [AmazonSimulator, AuraSimulator, CloudDriveSimulator, GoogleSimulator])
def test_no_command_shows_a_secret(tmp_path: Path, service: type[Simulator]) -> None:
    with service(items=4) as simulator:
        owner = Owner(tmp_path, simulator)
        secrets = given_secrets(simulator, owner.settings)
        assert len(secrets) > 1
        owner.run(" ".join(simulator.command("account")))
        for command in COMMANDS:
            owner.run(f"{command} account")
        (tmp_path / "new.jpg").write_bytes(simulator.library.content_of(simulator.library.id_of(0)) + b"another")
        owner.run("push account new.jpg")
        repeating = [name for name in ("error_envelope", "repeated_token") if hasattr(simulator.faults, name)]
        for fault in (*repeating, "server_error", "throttle", "html", "json", "not_found", "redirect", "expired"):
            setattr(simulator.faults, fault, Fault())
            for command in ("list", "pull --full", "show", "usage", "login --no-browser"):
                owner.run(f"{command} account", json_=fault == "json")
            simulator.faults.clear()
        for command in OTHERS:
            owner.run(command)
        secrets |= used_secrets(simulator)
        written = dict(owner.written())
    assert any(name.endswith("photosync.log") for name in written)
    assert any(name.endswith("catalog.db") for name in written)
    shown = {(name, secret) for name, text in written.items() for secret in secrets if secret in text}
    shown |= {(name, found) for name, text in written.items() for found in _ISSUED.findall(text)}
    assert not shown
    assert not [name for name, text in owner.printed.items() if "Traceback" in text]


def test_no_list_of_processes_shows_a_secret(tmp_path: Path) -> None:
    """What `ps` shows of a run and of what it starts."""
    with AmazonSimulator(items=3) as simulator:
        simulator.faults.set("latency", "0.2")
        owner = Owner(tmp_path, simulator)
        secrets = given_secrets(simulator, owner.settings)
        command = [sys.executable, "-m", "photosync", "pull", "-vv", "--config", str(owner.sandbox.config)]
        lines: set[str] = set()
        with subprocess.Popen(
            command,
            env=owner.sandbox.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            while process.poll() is None:
                lines |= command_lines_of(process.pid)
        assert process.returncode == 0
    assert any("photosync" in line for line in lines)
    assert not [line for line in lines if any(secret in line for secret in secrets)]


def command_lines_of(session: int) -> set[str]:
    """The command lines of the processes of a session."""
    done = subprocess.run(["ps", "-o", "args=", "-s", str(session)], capture_output=True, text=True, check=False)
    return set(done.stdout.splitlines())
