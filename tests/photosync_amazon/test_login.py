"""`login amazon` and `logout amazon`, as people use them."""

from __future__ import annotations

import os
import pty
import stat
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.testing import Fault
from photosync.testing.command import Result, Sandbox
from photosync_amazon.simulator import AmazonSimulator


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=3, rotating=True) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: AmazonSimulator) -> Sandbox:
    """A user whose configuration names no cookies."""
    made = Sandbox(tmp_path)
    settings = simulator.account_settings()
    del settings["cookies"]
    made.configure({"amazon": settings})
    return made


def kept(sandbox: Sandbox) -> Path:
    return sandbox.home / ".local" / "state" / "photosync" / "accounts" / "amazon" / "cookies.json"


def header(simulator: AmazonSimulator) -> str:
    return "Cookie: " + "; ".join(f"{name}={value}" for name, value in simulator.cookies.items())


def login_with(sandbox: Sandbox, text: str) -> Result:
    """`photosync login amazon < text`."""
    process = sandbox.start("login", "amazon")
    stdout, stderr = process.communicate(text, timeout=60)
    return Result(("login", "amazon"), process.returncode, stdout, stderr)


def test_what_is_given_on_standard_input_signs_in(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    before = sandbox.run("pull", "amazon")
    assert before.exit == 4
    assert "not signed in yet" in before.stderr
    assert "photosync login amazon" in before.stderr
    result = login_with(sandbox, header(simulator))
    assert result.exit == 0, result
    assert f"signed in at amazon.com as customer {simulator.account.owner}" in result.stdout
    assert simulator.counts["total"] == 1
    assert sandbox.run("pull", "amazon").exit == 0
    assert sandbox.run("status").objects[0]["sign_in"] == "cookies for amazon.com"


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_they_are_stored_for_their_owner_alone(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    before = os.umask(0)
    try:
        login_with(sandbox, header(simulator))
    finally:
        os.umask(before)
    assert stat.S_IMODE(kept(sandbox).stat().st_mode) == 0o600
    assert stat.S_IMODE(kept(sandbox).parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_signs_in(simulator: AmazonSimulator, sandbox: Sandbox, encoding: str) -> None:
    file = sandbox.folder / "saved.txt"
    file.write_text(header(simulator), encoding=encoding)
    assert sandbox.run("login", "amazon", "--from", str(file)).exit == 0
    file.unlink()
    assert sandbox.run("pull", "amazon").exit == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing was pasted"),
        ("{\\rtf1 session-id=1}", "the pasted text is an RTF document"),
        ("<html>", "the pasted text is a web page"),
        ("session-id=1-2; ubid-main=3-4", "the pasted text: missing at-main"),
        ("session-id=1-2; ubid-main=3-4; at-main=Atza|old", "no longer accepts the cookies of the pasted text"),
    ],
)
def test_what_does_not_sign_in_is_not_stored(
    simulator: AmazonSimulator, sandbox: Sandbox, text: str, words: str
) -> None:
    login_with(sandbox, header(simulator))
    before = kept(sandbox).read_bytes()
    result = login_with(sandbox, text)
    assert result.exit == (2 if not text else 4), result
    assert words in result.stderr
    assert not text or "Nothing was stored" in result.stderr
    assert kept(sandbox).read_bytes() == before


def test_a_service_without_a_root_is_asked_for_the_usage(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    simulator.faults.not_found = Fault(on="list")
    result = login_with(sandbox, header(simulator))
    assert result.exit == 0, result
    assert "signed in at amazon.com" in result.stdout


def test_a_login_wins_over_an_older_file_and_a_newer_file_over_it(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    file = sandbox.folder / "cookies.txt"
    file.write_text("session-id=1-2; ubid-main=3-4; at-main=Atza|old")
    sandbox.configure({"amazon": simulator.account_settings() | {"cookies": str(file)}})
    assert sandbox.run("list", "amazon").exit == 4
    login_with(sandbox, header(simulator))
    assert sandbox.run("list", "amazon").exit == 0
    kept(sandbox).write_text(kept(sandbox).read_text().replace("Atza", "Btza").replace("sess-at-main", "sess-at-xx"))
    assert sandbox.run("list", "amazon").exit == 4
    file.write_text(header(simulator))
    assert sandbox.run("list", "amazon").exit == 0


def test_logout_deletes_them_and_names_what_stays(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    login_with(sandbox, header(simulator))
    result = sandbox.run("logout", "amazon")
    assert (result.exit, kept(sandbox).exists()) == (0, False)
    assert "sign out at Amazon in the browser" in result.stdout
    assert sandbox.run("list", "amazon").exit == 4
    file = sandbox.folder / "cookies.txt"
    file.write_text(header(simulator))
    sandbox.configure({"amazon": simulator.account_settings() | {"cookies": str(file)}})
    assert f"the cookies of {file} are your own and stay" in sandbox.run("logout", "amazon").stdout


def test_a_long_paste_into_a_terminal_arrives_whole(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    """A terminal in its usual mode takes 4,095 characters of a line, and loses the others."""
    line = (
        f"curl 'https://www.amazon.com/drive/v1' -H 'x: {'y' * 9000}' \\\n -H '{header(simulator)}' \\\n\n --compressed"
    )
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(sandbox.folder)
        arguments = [sys.executable, "-m", "photosync", "login", "amazon", "--config", str(sandbox.config)]
        os.execve(sys.executable, arguments, sandbox.environment())
    shown = b""
    while b"press Enter twice" not in shown:
        shown += os.read(terminal, 4096)
    content = f"\x1b[200~{line}\x1b[201~\n\n".encode()
    while content:
        content = content[os.write(terminal, content[:1000]) :]
        time.sleep(0)
    try:
        while part := os.read(terminal, 4096):
            shown += part
    except OSError:  # the end of the other side
        pass
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, shown.decode()
    assert b"signed in at amazon.com" in shown
    assert b"Atza" not in shown


STORE = """
    from http.cookiejar import Cookie, CookieJar

    SUPPORTED_BROWSERS = {"firefox", "chrome"}


    def extract_cookies_from_browser(name, profile=None):
        if profile == "locked":
            raise PermissionError("the store is locked")
        jar = CookieJar()
        for domain in (".amazon.com", ".audible.com", "music.amazon.com"):
            for name, value in COOKIES.items():
                own = value if domain == ".amazon.com" else "other"
                jar.set_cookie(
                    Cookie(0, name, own, None, False, domain, True, True, "/", True, True, None, True, None, None, {})
                )
        return jar
"""


def test_the_store_of_a_browser_signs_in(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    missing = sandbox.run("login", "amazon", "--browser", "firefox")
    assert missing.exit == 2
    assert "pip install 'photosync-cli[browser]'" in missing.stderr
    package = sandbox.folder / "yt_dlp"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "cookies.py").write_text(textwrap.dedent(STORE) + f"\nCOOKIES = {simulator.cookies!r}\n")
    environment = sandbox.environment() | {"PYTHONPATH": str(sandbox.folder)}

    def run(browser: str) -> tuple[int, str]:
        import subprocess  # noqa: PLC0415

        command = [sys.executable, "-m", "photosync", "login", "amazon", "--browser", browser]
        command += ["--config", str(sandbox.config)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    assert run("firefox")[0] == 0, run("firefox")
    assert sandbox.run("list", "amazon").exit == 0
    status, said = run("netscape")
    assert (status, "expected one of chrome, firefox" in said) == (4, True)
    status, said = run("chrome:locked")
    assert (status, "PermissionError: the store is locked" in said) == (4, True)
