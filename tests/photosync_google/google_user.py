"""A user with a Google account, a library of their own, and the real command."""

from __future__ import annotations

import hashlib
import json
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from typing import Self

from photosync.testing.command import Result, Sandbox
from photosync.testing.forked_command import ForkedCommand, start
from photosync.testing.library import foreign_photos
from photosync_google.simulator import GoogleSimulator

ACCOUNT = "google"


@dataclass(frozen=True)
class GoogleUser:
    """A user of the simulated service."""

    simulator: GoogleSimulator
    sandbox: Sandbox
    settings: dict[str, object] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def with_items(cls, folder: Path, items: int, **traits: object) -> Iterator[Self]:
        """A user who is signed in, and has this number of items."""
        with GoogleSimulator(items=items, **traits) as simulator:  # type: ignore[arg-type]
            someone = cls(simulator, Sandbox(folder), simulator.account_settings())
            someone.configure()
            yield someone

    def configure(self, **others: Mapping[str, object]) -> None:
        """Write the configuration, with other accounts besides Google's."""
        self.sandbox.configure({ACCOUNT: self.settings, **others})

    def pick(self, *options: str) -> Result:
        return self.sandbox.run("pick", ACCOUNT, "--no-browser", *options)

    def run(self, *arguments: str) -> Result:
        return self.sandbox.run(*arguments)

    def push(self, *arguments: str) -> Result:
        return self.sandbox.run("push", ACCOUNT, *arguments)

    def photos(self, *paths: str) -> list[Path]:
        """New photos of the user's, each of its own content, below their folder of photos."""
        files = [self.mine / path for path in paths]
        there = sum(1 for each in self.mine.rglob("*") if each.is_file())
        for file, photo in zip(files, islice(foreign_photos(), there, None), strict=False):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(photo)
        return files

    def video(self, path: str, size_bytes: int) -> Path:
        """A large file that any service accepts as a video."""
        file = self.mine / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"\0\0\0\x18ftypmp42" + Random(path).randbytes(size_bytes - 12))
        return file

    @property
    def mine(self) -> Path:
        """The user's own folder of photos, which has a folder `Photos` in it."""
        return self.sandbox.folder / "mine"

    @property
    def folder(self) -> str:
        """What is usually pushed."""
        return str(self.mine / "Photos")

    def at_google(self) -> dict[tuple[str, str], str]:
        """What was uploaded: (title of the album, file name) to the md5."""
        return self.simulator.uploads.uploaded()

    def here(self) -> dict[tuple[str, str], str]:
        """The same of the user's own files, as they are to be at Google."""
        return {
            (file.parent.relative_to(self.mine).as_posix(), file.name): md5_of(file)
            for file in self.mine.rglob("*")
            if file.is_file()
        }

    @property
    def upload_token_path(self) -> Path:
        return Path(str(self.settings["upload_token"]))

    @property
    def token_path(self) -> Path:
        return Path(str(self.settings["token"]))

    @property
    def token(self) -> dict[str, object]:
        content: dict[str, object] = json.loads(self.token_path.read_text())
        return content

    def write_token(self, **changes: object) -> None:
        self.token_path.write_text(json.dumps({**self.simulator.consent.token_file(), **changes}))

    def all_there(self) -> bool:
        return set(self.sandbox.hashes()) == {item.md5 for item in self.simulator.library.expected()}

    def start(self, *arguments: str, **variables: str) -> ForkedCommand:
        """The command with a standard input for a test to write to."""
        return start(
            [*arguments, "--config", str(self.sandbox.config)],
            folder=self.sandbox.folder,
            environment={**self.sandbox.environment(), **variables},
        )

    def with_a_browser(self) -> dict[str, str]:
        """Variables of a desktop whose browser goes wherever it is sent, and notes where that was."""
        browser = self.sandbox.folder / "browser.py"
        browser.write_text(
            f"#!{sys.executable}\nimport sys, urllib.request\nurllib.request.urlopen(sys.argv[1]).read()\n"
            f"print(sys.argv[1], file=open({str(self.visited)!r}, 'a'))\n"
        )
        browser.chmod(0o755)
        return {"DISPLAY": ":99", "BROWSER": f"{browser} %s"}

    @property
    def visited(self) -> Path:
        return self.sandbox.folder / "visited"

    def interrupted(self, when: int, number: signal.Signals = signal.SIGINT, *options: str) -> tuple[int, str]:
        """A pick that gets a signal after a number of requests for files; its status and output."""
        process = self.sandbox.start("pick", ACCOUNT, "--no-browser", *options)
        reached = self.simulator.wait_for(
            lambda: self.simulator.counts["content"] >= when or process.poll() is not None
        )
        assert reached
        process.send_signal(number)
        _, stderr = process.communicate(timeout=60)
        return process.returncode, stderr


def md5_of(file: Path) -> str:
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()


def ended(process: ForkedCommand, text: str | None = None) -> tuple[int, str, str]:
    """How a command ended that was given `text`."""
    stdout, stderr = process.communicate(text, timeout=60)
    return process.returncode, stdout, stderr


def shown_link(process: ForkedCommand, part: str) -> str:
    """The first address on standard error that has `part` in it."""
    for line in process.stderr:
        if line.strip().startswith("http") and part in line:
            return line.strip()
    raise AssertionError(f"no address was shown; the command ended with {process.wait()}")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **options: object) -> None:
        return None


def redirected(url: str) -> str:
    """Where a browser would be sent from `url`."""
    try:
        urllib.request.build_opener(_Stay).open(url, timeout=60)
    except urllib.error.HTTPError as answer:
        if answer.code == 302:
            return str(answer.headers["Location"])
        raise AssertionError(answer.read()) from None
    raise AssertionError("no redirect")


def get(url: str) -> tuple[int, str]:
    """What a browser sees there."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_until(path: Path, timeout_s: float = 60) -> None:
    end = time.monotonic() + timeout_s
    while not path.exists():
        assert time.monotonic() < end, f"{path} never came"
        time.sleep(0.02)
