"""`doctor` finds each of these faults, says which account or file it concerns, and what to do."""

from __future__ import annotations

import fcntl
import json
import shutil
import socket
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from errno import EINVAL, ENOLCK, ENOSPC, EROFS
from pathlib import Path

import pytest
import trustme
import yaml

from photosync.errors import Exit
from photosync.testing.command import Result, Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync.testing.faults import Fault
from photosync.testing.routes import Route
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import AuraSimulator
from photosync_google.simulator import GoogleSimulator
from tests.transport.scripted_server import Server


@dataclass(slots=True)
class Patient:
    """A user whose photos were pulled, until something happened."""

    sandbox: Sandbox
    amazon: AmazonSimulator
    aura: AuraSimulator
    stack: ExitStack

    def account(self, name: str, **settings: object) -> None:
        """Change the section of an account; None removes a key."""
        content = yaml.safe_load(self.sandbox.config.read_text())
        section = {**content["accounts"].get(name, {}), **settings}
        content["accounts"][name] = {key: value for key, value in section.items() if value is not None}
        self.sandbox.config.write_text(yaml.safe_dump(content, sort_keys=False))

    def endpoint(self, name: str, url: str) -> None:
        """Replace all addresses of an account."""
        self.account(name, endpoints={"api": url})

    def rewrite(self, old: str, new: str) -> None:
        """Change the text of the configuration."""
        text = self.sandbox.config.read_text()
        assert old in text
        self.sandbox.config.write_text(text.replace(old, new, 1))

    def fails(self, fault: DiskFault) -> None:
        """Let calls of the file system fail."""
        self.sandbox = replace(self.sandbox, disk=DiskFaults([fault]))

    @property
    def own(self) -> Path:
        """The program's folder in the library."""
        return self.sandbox.library / ".photosync"

    def edit_answers(self, edit: Callable[[Route, bytes], bytes]) -> None:
        """Change the answers of Amazon Photos."""
        self.amazon.edit_answer = edit
        self.stack.callback(setattr, self.amazon, "edit_answer", None)


@pytest.fixture(scope="module")
def amazon() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=4, seed=3) as running:
        yield running


@pytest.fixture(scope="module")
def aura() -> Iterator[AuraSimulator]:
    with AuraSimulator(items=3, seed=3) as running:
        yield running


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory, amazon: AmazonSimulator, aura: AuraSimulator) -> Sandbox:
    sandbox = Sandbox(tmp_path_factory.mktemp("pulled") / "user")
    sandbox.folder.mkdir()
    sandbox.configure({"amazon": amazon.account_settings(), "aura": aura.account_settings()}, retry_budget="2s")
    assert sandbox.run("pull").exit == 0
    return sandbox


@pytest.fixture
def patient(pulled: Sandbox, amazon: AmazonSimulator, aura: AuraSimulator) -> Iterator[Patient]:
    """The same folder for all, because the library's identity is known by its path."""
    before = pulled.folder.with_name("before")
    if not before.exists():
        shutil.copytree(pulled.folder, before, symlinks=True)
    with ExitStack() as stack:
        yield Patient(pulled, amazon, aura, stack)
    amazon.faults.clear()
    aura.faults.clear()
    shutil.rmtree(pulled.folder)
    shutil.copytree(before, pulled.folder, symlinks=True)


def checks(result: Result, outcome: str) -> list[Mapping[str, object]]:
    return [each for each in result.objects if each.get("result") == outcome]


def test_nothing_is_wrong(patient: Patient) -> None:
    result = patient.sandbox.run("doctor")
    assert result.exit == 0, result
    assert checks(result, "warning") + checks(result, "error") == []
    assert result.summary["checks"] == result.summary["ok"] == len(result.objects) - 1
    seen = {each["check"] for each in checks(result, "ok")}
    assert seen >= {"configuration", "secrets", "library", "disk space", "file system", "lock", "catalog"}
    assert seen >= {"connection", "sign-in", "clock", "next pull", "program", "tools"}
    assert patient.sandbox.leftovers() == []
    assert not [each for each in patient.own.iterdir() if each.name.endswith(".new")]


def _empty_mount_point(patient: Patient) -> None:
    shutil.rmtree(patient.sandbox.library)
    patient.sandbox.library.mkdir()


def _wrong_password(patient: Patient) -> None:
    patient.account("aura", password="wrong")
    shutil.rmtree(patient.sandbox.home / ".local" / "state" / "photosync" / "accounts" / "aura")


def _wrong_clock(patient: Patient) -> None:
    patient.amazon.faults.date = patient.aura.faults.date = Fault(value=3600)


def _library_of_another(patient: Patient) -> None:
    path = patient.own / "library.json"
    path.write_text(json.dumps({"uuid": "11111111-2222-3333-4444-555555555555"}))


def _damaged_catalog(patient: Patient) -> None:
    path = patient.own / "catalog.db"
    content = bytearray(path.read_bytes())
    content[100:] = bytes(len(content) - 100)
    path.write_bytes(content)


def _held_lock(patient: Patient) -> None:
    file = patient.stack.enter_context((patient.own / "lock").open("wb"))
    fcntl.flock(file, fcntl.LOCK_EX)


def _untrusted_certificate(patient: Patient) -> None:
    path = patient.sandbox.folder / "server.pem"
    trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(path))
    server = Server(path)
    patient.stack.callback(server.close)
    patient.endpoint("amazon", server.url.replace("http://", "https://"))


def _closed_port(patient: Patient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    patient.endpoint("amazon", f"http://127.0.0.1:{port}/drive/v1")


def _cookies_without_one(patient: Patient) -> None:
    path = patient.sandbox.folder / "cookies.txt"
    path.touch(mode=0o600)
    path.write_text("session-id=139-1234567-1234567; ubid-main=131-1234567-1234567")
    patient.account("amazon", cookies=str(path))
    shutil.rmtree(patient.sandbox.home / ".local" / "state" / "photosync" / "accounts" / "amazon", ignore_errors=True)


def _readable_token(patient: Patient) -> None:
    folder = patient.sandbox.home / ".local" / "state" / "photosync" / "accounts" / "aura"
    for path in folder.iterdir():
        path.chmod(0o644)


def _more_than_the_disk_holds(patient: Patient) -> None:
    def edit(_: Route, body: bytes) -> bytes:
        content = json.loads(body) if body.startswith(b"{") else {}
        if "photo" in content and isinstance(content["photo"], dict) and "total" in content["photo"]:
            content["photo"]["total"] = {"bytes": 10**16, "count": 10**6}
            return json.dumps(content).encode()
        return body

    patient.edit_answers(edit)


def _copy_that_is_not_mounted(patient: Patient) -> None:
    patient.rewrite("library:", f"copies: {{usb: {patient.sandbox.folder / 'usb'}}}\nlibrary:")


def _copy_in_the_library(patient: Patient) -> None:
    patient.rewrite("library:", f"copies: {{usb: {patient.sandbox.library / 'usb'}}}\nlibrary:")


def _copy_that_was_never_made(patient: Patient) -> None:
    _copy_that_is_not_mounted(patient)
    (patient.sandbox.folder / "usb").mkdir()


def _copy_on_another_disk_than_before(patient: Patient) -> None:
    _copy_that_was_never_made(patient)
    assert patient.sandbox.run("copy").exit == 0
    (patient.sandbox.folder / "usb").rename(patient.sandbox.folder / "old usb")
    (patient.sandbox.folder / "usb").mkdir()


def _copy_with_a_damaged_file(patient: Patient) -> None:
    _copy_that_was_never_made(patient)
    assert patient.sandbox.run("copy").exit == 0
    next((patient.sandbox.folder / "usb" / "amazon").rglob("*.*")).write_bytes(b"")
    assert patient.sandbox.run("verify", "--copy", "usb").exit == 10


def _not_signed_in_at_google(patient: Patient) -> None:
    client = {"client_id": "a.apps.googleusercontent.com", "client_secret": "b"}
    client |= {"auth_uri": f"{patient.aura.url}/auth", "token_uri": f"{patient.aura.url}/token"}
    (patient.sandbox.folder / "client.json").write_text(json.dumps({"installed": client}))
    url = patient.aura.url
    patient.account("google", client_secret="client.json", endpoints={"picker": url, "library": url, "media": url})


def _ended_at_google(patient: Patient) -> None:
    service = patient.stack.enter_context(GoogleSimulator(items=1))
    settings = service.account_settings()
    token = Path(str(settings["token"]))
    content = json.loads(token.read_text())
    token.write_text(json.dumps({**content, "refresh_token": "1//of-another-year"}))
    patient.account("google", **settings)


FAULTS: dict[str, tuple[Callable[[Patient], object], str, str | None, str, Exit, str, str]] = {
    "unknown key": (
        lambda patient: patient.account("amazon", cookeis="x.txt"),
        *("configuration", "amazon", "error", Exit.USAGE),
        *("accounts.amazon.cookeis: unknown key", "Did you mean 'cookies'?"),
    ),
    "unknown key at the top": (
        lambda patient: patient.rewrite("library:", "libary:"),
        *("configuration", None, "error", Exit.USAGE, "config.yaml:1: libary: unknown key", "Did you mean 'library'?"),
    ),
    "no YAML": (
        lambda patient: patient.rewrite("accounts:", "accounts: ["),
        *("configuration", None, "error", Exit.USAGE, "this is no YAML", "Check the indentation"),
    ),
    "no configuration": (
        lambda patient: patient.sandbox.config.unlink(),
        *("configuration", None, "error", Exit.USAGE, "there is no configuration at", "photosync init"),
    ),
    "plain http": (
        lambda patient: patient.endpoint("amazon", "http://photos.example.org/v1"),
        *("configuration", "amazon", "error", Exit.USAGE, "plain http://", "use https://"),
    ),
    "unknown provider": (
        lambda patient: patient.account("amazon", provider="amazn"),
        *("configuration", "amazon", "error", Exit.USAGE, "there is no provider 'amazn'", "Did you mean 'amazon'?"),
    ),
    "variable that is not set": (
        lambda patient: patient.account("aura", password="${NOBODY_HAS_SET_THIS}"),
        *(
            "configuration",
            "aura",
            "error",
            Exit.USAGE,
            "no variable NOBODY_HAS_SET_THIS",
            "set it, or write the value",
        ),
    ),
    "keyring without the entry": (
        lambda patient: patient.account("aura", password="keyring:aura"),
        *("configuration", "aura", "error", Exit.USAGE, "the keyring has no 'aura'", "keyring set photosync aura"),
    ),
    "library that is gone": (
        lambda patient: shutil.rmtree(patient.sandbox.library),
        *("library", None, "error", Exit.DESTINATION, "is gone", "Is the disk mounted?"),
    ),
    "empty mount point": (
        _empty_mount_point,
        *("library", None, "error", Exit.DESTINATION, "is gone", "Is the disk mounted?"),
    ),
    "another library": (
        _library_of_another,
        *("library", None, "error", Exit.DESTINATION, "another library than before", "Is the right disk mounted?"),
    ),
    "library below a file": (
        lambda patient: patient.rewrite(f"{patient.sandbox.library}", f"{patient.sandbox.config}/photos"),
        *("library", None, "error", Exit.DESTINATION, "is no folder", "Correct 'library'"),
    ),
    "read-only disk": (
        lambda patient: patient.fails(DiskFault("*/.photosync/*", EROFS)),
        *("library", None, "error", Exit.DESTINATION, "Read-only file system", "mounted, writable and not full"),
    ),
    "full disk": (
        lambda patient: patient.fails(DiskFault("*/.photosync/*", ENOSPC, ["write"])),
        *("library", None, "error", Exit.DESTINATION, "No space left on device", "not full"),
    ),
    "lock of another run": (
        _held_lock,
        *("lock", None, "warning", Exit.LOCKED, "another run is working on the library", "Wait until it has ended"),
    ),
    "damaged catalog": (
        _damaged_catalog,
        *("catalog", None, "error", Exit.DESTINATION, "cannot be used", "photosync rebuild"),
    ),
    "lost catalog": (
        lambda patient: (patient.own / "catalog.db").unlink(),
        *("catalog", None, "warning", Exit.OK, "is lost; there is a copy", "restores it"),
    ),
    "folders that cannot be synced": (
        lambda patient: patient.fails(DiskFault("*/.photosync", EINVAL, ["fsync"])),
        *("file system", None, "warning", Exit.OK, "folders cannot be synced", "photosync verify"),
    ),
    "files that cannot be locked": (
        lambda patient: patient.fails(DiskFault("*.new", ENOLCK, ["flock"])),
        *("file system", None, "warning", Exit.OK, "files cannot be locked", "on one computer at a time"),
    ),
    "copy that is not mounted": (
        _copy_that_is_not_mounted,
        *("copy", None, "error", Exit.DESTINATION, "copy 'usb': there is no folder", "Mount its disk"),
    ),
    "copy in the library": (
        _copy_in_the_library,
        *("copy", None, "error", Exit.USAGE, "is in the library's folder", "on another disk"),
    ),
    "copy on the library's disk": (
        _copy_that_was_never_made,
        *("copy", None, "warning", Exit.OK, "is on the disk of the library", "choose another one"),
    ),
    "copy that was never made": (
        _copy_that_was_never_made,
        *("copy", None, "warning", Exit.OK, "copy 'usb': it was never complete", "photosync copy usb"),
    ),
    "copy on another disk than before": (
        _copy_on_another_disk_than_before,
        *("copy", None, "warning", Exit.OK, "is not the place to which it was brought last", "Mount the right disk"),
    ),
    "copy with a damaged file": (
        _copy_with_a_damaged_file,
        *("copy", None, "warning", Exit.OK, "found damaged or missing: 1", "photosync verify --copy usb --repair"),
    ),
    "more than the disk holds": (
        _more_than_the_disk_holds,
        *("next pull", None, "warning", Exit.OK, "are to come", "--limit-bytes"),
    ),
    "configuration that others can read": (
        lambda patient: patient.sandbox.config.chmod(0o644),
        *("secrets", None, "warning", Exit.OK, "config.yaml has secrets", "chmod 600"),
    ),
    "token that others can read": (
        _readable_token,
        *("secrets", None, "warning", Exit.OK, "accounts/aura/", "chmod 600"),
    ),
    "expired cookies": (
        lambda patient: setattr(patient.amazon.faults, "expired", Fault()),
        *("sign-in", "amazon", "error", Exit.AUTH, "no longer accepts the cookies", "photosync login amazon"),
    ),
    "file of cookies that is missing": (
        lambda patient: patient.account("amazon", cookies="missing.txt"),
        *("sign-in", "amazon", "error", Exit.AUTH, "missing.txt", "cookies"),
    ),
    "cookies without the one that is needed": (
        _cookies_without_one,
        *("sign-in", "amazon", "error", Exit.AUTH, "at-main", "copy"),
    ),
    "wrong password": (
        _wrong_password,
        *("sign-in", "aura", "error", Exit.AUTH, "password", "config"),
    ),
    "never signed in": (
        _not_signed_in_at_google,
        *("sign-in", "google", "error", Exit.AUTH, "not signed in yet", "photosync login google"),
    ),
    "sign-in that has ended at a service that lists nothing": (
        _ended_at_google,
        *("sign-in", "google", "error", Exit.AUTH, "expired or revoked", "photosync login google"),
    ),
    "closed port": (
        _closed_port,
        *("connection", "amazon", "error", Exit.TEMPORARY, "refuses connections", "Nothing listens there"),
    ),
    "name that does not resolve": (
        lambda patient: patient.endpoint("amazon", "https://photos.invalid/v1"),
        *(
            "connection",
            "amazon",
            "error",
            Exit.TEMPORARY,
            "photos.invalid cannot be resolved",
            "a network and a name server",
        ),
    ),
    "untrusted certificate": (
        _untrusted_certificate,
        *("connection", "amazon", "error", Exit.TEMPORARY, "could not prove who it is", "REQUESTS_CA_BUNDLE"),
    ),
    "clock that is an hour behind": (
        _wrong_clock,
        *("clock", None, "error", Exit.USAGE, "60 minutes behind", "timedatectl set-ntp true"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_and_its_cure_named(patient: Patient, fault: str) -> None:
    prepare, name, account, outcome, exit_, text, advice = FAULTS[fault]
    prepare(patient)
    result = patient.sandbox.run("doctor")
    found = [each for each in checks(result, outcome) if (each["check"], each["account"]) == (name, account)]
    said = [each for each in found if text in str(each["text"]) and advice in f"{each['text']} {each['advice']}"]
    assert said, result
    assert said[0]["exit"] == exit_
    assert said[0]["advice"], "it says what to do"
    assert result.exit == result.summary["exit"]
    assert exit_ in (result.exit, Exit.OK), result
    assert not any("a bug" in str(each["text"]) for each in result.objects[:-1]), result
    assert "Traceback" not in result.stderr


def test_checks_of_the_others_are_made_where_one_fails(patient: Patient) -> None:
    patient.account("amazon", cookeis="x.txt")
    shutil.rmtree(patient.sandbox.library)
    result = patient.sandbox.run("doctor")
    assert result.exit == Exit.USAGE
    assert {each["account"] for each in checks(result, "ok") if each["check"] == "sign-in"} == {"aura"}


def test_only_the_accounts_that_are_named(patient: Patient) -> None:
    result = patient.sandbox.run("doctor", "aura")
    assert {each["account"] for each in result.objects if each.get("account")} == {"aura"}
    unknown = patient.sandbox.run("doctor", "auro")
    assert unknown.exit == Exit.USAGE
    assert "Did you mean 'aura'?" in unknown.stderr


def test_no_service_is_asked_offline(patient: Patient) -> None:
    patient.amazon.forget()
    patient.aura.forget()
    result = patient.sandbox.run("doctor", "--offline")
    assert result.exit == 0, result
    assert [*patient.amazon.requests, *patient.aura.requests] == []
    assert "the service was not asked" in result.stdout


def test_quietly_only_what_is_wrong_is_shown(patient: Patient) -> None:
    assert patient.sandbox.text("doctor", "--offline", "-q") == ""
    patient.sandbox.config.chmod(0o644)
    said = patient.sandbox.text("doctor", "--offline", "-q").splitlines()
    assert said[0].startswith("warning  secrets: ")
    assert said[1].strip().startswith("Protect it with: chmod 600 ")
    assert said[2].endswith(" 1 warnings, 0 errors")


def test_a_bundle_has_no_secret_no_name_and_no_path(patient: Patient) -> None:
    photos = [each.stem for each in patient.sandbox.files()]
    patient.account("Grandmas frame", provider="aura", email="granny@example.net", password="opensesame", colour="red")
    patient.sandbox.run("pull", "amazon")
    path = patient.sandbox.folder / "report.zip"
    result = patient.sandbox.run("doctor", "--bundle", str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as bundle:
        content = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert set(content) == {"versions.json", "checks.jsonl", "configuration.txt", "log.txt"}
    whole = "\n".join(content.values())
    settings = yaml.safe_load(patient.sandbox.config.read_text())
    secrets = [*settings["accounts"]["amazon"]["cookies"].values(), settings["accounts"]["aura"]["password"]]
    own = ["Grandma", "granny", "opensesame", "colour", "red", "/library", str(patient.sandbox.folder), "ann@example"]
    for text in (*secrets, *own, *photos):
        assert text not in whole, text
    assert len(content["checks.jsonl"].splitlines()) == len(result.objects) - 1
    assert "ends with exit 0 (ok)" in content["log.txt"]
    assert json.loads(content["versions.json"])["packages"]["pydantic"]
    again = patient.sandbox.run("doctor", "--bundle", str(path))
    assert again.exit == Exit.DESTINATION
    assert "exists, and is not replaced" in again.stderr
