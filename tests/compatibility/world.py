"""A library made by the version before the redesign, the simulated services that it was pulled from, and the command.

`World` unpacks the library into a folder, brings the simulators to the state in which the library last saw them, runs
the command and observes what it did: exit status, output, files, rows of the catalog. Nothing of it is compared here.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import os
import re
import sqlite3
import sys
import tarfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import yaml

from photosync.cli import main
from photosync.testing import Fault
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import GRANDMA, KITCHEN, AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_google.simulator import GoogleSimulator

FOLDER = Path(__file__).parent
ARCHIVE = FOLDER / "library.tar.xz"
GOLDEN = FOLDER / "golden"
ROOT = "@ROOT@"
"""In the archive and in recorded output: the folder that everything lies in."""
STAMP = "@STAMP@"
"""In the archive, in place of the size and times by which the catalog recognises a file: no archive restores them."""
NOW = "@NOW@"
OBSERVED = ("library", "frames", "mine")
_UNTOLD = frozenset({"catalog.db", "catalog.db-wal", "catalog.db-shm", "catalog-copy.db", "lock"})
_TIME = re.compile(r"(?<![\w-])\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:\+00:00|Z)?)?(?![\w-])")
_RANDOM = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-(?!000)[0-9a-f]{12}\b")
"""A UUID that is no simulator's: those end in a small number."""
_TREE = re.compile(r"\b[0-9a-f]{32}(?=:media:)")
"""The random part of a mark of Cloud Drive."""
_MADE = ("albums.json", "people.json")
_SENTENCES = frozenset({"error", "message"})
"""Keys whose values are for people, and may be worded anew."""
_TABLES = {
    "items": "account, id",
    "listings": "account, collection, selection",
    "runs": "run",
    "sums": "outside",
    "sidecars": "outside, path_key",
    "fixing": "account, id",
    "pushes": "account, place, path",
}

Row = Mapping[str, object]
State = Mapping[str, Mapping[str, Row]]
"""The rows of each table by their key, and as one more of them `files` by path."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run of the command ended."""

    exit: int
    stdout: str
    stderr: str


class World:
    """The folder `root`, and the services, as a context manager."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.amazon = AmazonSimulator(items=24, seed=31, years=(2022, 2023))
        self.aura = AuraSimulator(items=11, seed=32, years=(2019, 2020))
        self.drive = CloudDriveSimulator(items=17, seed=33, years=(2017, 2018), hostile=True)
        self.google = GoogleSimulator(items=6, seed=34, years=(2024,))
        self._began = time.time()
        self._texts: dict[str, str] = {}
        self._services = ExitStack()

    def __enter__(self) -> Self:
        for service in (self.amazon, self.aura, self.drive, self.google):
            self._services.enter_context(service)
        self.aura.library.add(live=True, milliseconds=250)
        self.aura.library.add(hidden=True)
        self.aura.library.add(placeholder=True)
        self.amazon.faults.not_found = Fault(on="content", items={self.amazon.library.id_of(2)})
        self.drive.tree()  # the journal is written when somebody looks
        return self

    def __exit__(self, *_: object) -> None:
        self._services.close()

    # What happened at the services while the library was made, in this order

    def receive_formats(self) -> None:
        """Somebody else uploads what the simulators do not make up: PNG, HEIC, GIF, a photo that is dated by name."""
        for account in ("amazon", "drive"):
            self._push_from_elsewhere(account, "mine/formats", "--all-files")

    def change_amazon(self) -> None:
        """One item goes, one gets another content, two are new."""
        library = self.amazon.library
        library.remove(library.id_of(5))
        library.change(library.id_of(6))
        library.add(2, taken=datetime.fromisoformat("2023-05-06T07:08:09"))

    def receive_pushed(self) -> None:
        """What the library's owner pushed."""
        for account in ("amazon", "drive"):
            self._push_from_elsewhere(account, "mine/photos")

    def _push_from_elsewhere(self, account: str, folder: str, *options: str) -> None:
        """With a library that is thrown away."""
        elsewhere = self.root / "elsewhere"
        ran = self.run("push", account, str(self.root / folder), "--jobs=1", f"--library={elsewhere}", *options)
        assert ran.exit == 0, ran

    # The library

    def unpack(self) -> None:
        """Unpack the archive, and let the catalog know where it lies now."""
        with tarfile.open(ARCHIVE) as archive:
            archive.extractall(self.root, filter="data")
        with self._catalog() as catalog:
            for table, column in (("items", "outside"), ("sidecars", "outside"), ("sums", "outside")):
                catalog.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (ROOT, str(self.root)))
            for rowid, path in catalog.execute("SELECT rowid, path FROM pushes").fetchall():
                moved = path.replace(ROOT.encode(), os.fsencode(self.root))
                stamp = _stamp(Path(os.fsdecode(moved)))
                catalog.execute("UPDATE pushes SET path = ?, stamp = ? WHERE rowid = ?", (moved, stamp, rowid))
            for (outside,) in catalog.execute("SELECT outside FROM sums").fetchall():
                state = _sums_state(self.root / "library" / outside)
                catalog.execute("UPDATE sums SET state = ? WHERE outside = ?", (state, outside))

    def restore(self) -> None:
        """Unpack, and bring the services to where they were."""
        self.unpack()
        self.receive_formats()
        self.change_amazon()
        self.receive_pushed()

    @contextmanager
    def _catalog(self) -> Iterator[sqlite3.Connection]:
        path = self.root / "library" / ".photosync" / "catalog.db"
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            yield connection

    # The command

    def configure(self, **changes: Mapping[str, object]) -> None:
        """Write the configuration; `changes` are laid over accounts."""
        accounts: dict[str, dict[str, object]] = {
            "amazon": self.amazon.account_settings(),
            "grandma": {**self.amazon.account_settings(), "exif": "sidecar", "layout": "years"},
            "aura": {
                **self.aura.account_settings(),
                "frames": {
                    "kitchen": {"id": KITCHEN, "write": True},
                    "grandma": {"id": GRANDMA, "path": str(self.root / "frames" / "grandma")},
                },
            },
            "drive": self.drive.account_settings(),
            "google": self.google.account_settings(),
        }
        for name, change in changes.items():
            accounts[name].update(change)
        defaults = {"exif": "fix", "time_zone": "Europe/Berlin", "retry_budget": "1s"}
        settings = {"library": str(self.root / "library"), "accounts": accounts, "defaults": defaults}
        (self.root / "config.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")

    def run(self, *arguments: str, config: Path | None = None) -> Ran:
        """Run `photosync ARGUMENTS` in this process: fifty processes would do nothing but import the same modules."""
        if config is None:
            self.configure()
        out, err = io.StringIO(), io.StringIO()
        with self._surroundings(config or self.root / "config.yaml"), redirect_stdout(out), redirect_stderr(err):
            sys.argv = ["photosync", *arguments]
            try:
                main()
            except SystemExit as end:
                status = end.code or 0
            else:
                status = 0
        assert isinstance(status, int)
        return Ran(status, out.getvalue(), err.getvalue())

    @contextmanager
    def _surroundings(self, config: Path) -> Iterator[None]:
        """The environment of a process of its own, and the state of this one afterwards as before."""
        before, arguments, stdin, here = dict(os.environ), sys.argv, sys.stdin, Path.cwd()
        root_logger = logging.getLogger()
        handlers, level = list(root_logger.handlers), root_logger.level
        own = {"HOME": str(self.root / "home"), "PHOTOSYNC_STATE": str(self.root / "state"), "TZ": "UTC"}
        terminal = {"NO_COLOR": "1", "COLUMNS": "100", "TERMINAL_WIDTH": "100", "PATH": before.get("PATH", "")}
        keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
        os.environ.clear()
        os.environ.update({**own, **terminal, **keyring, "PHOTOSYNC_CONFIG": str(config), "NO_PROXY": "127.0.0.1"})
        time.tzset()
        try:
            os.chdir(self.root)
            with Path(os.devnull).open(encoding="utf-8") as sys.stdin:
                yield
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)
            time.tzset()
            sys.argv, sys.stdin = arguments, stdin
            root_logger.handlers[:] = handlers
            root_logger.setLevel(level)

    # What came of it

    def text(self, text: str) -> str:
        """Without what differs from run to run: folders, ports, the present time, durations."""
        if text not in self._texts:  # a state has a thousand, and most of them were in the last one too
            self._texts[text] = self._without_the_run(text)
        return self._texts[text]

    def _without_the_run(self, text: str) -> str:
        text = text.replace(str(self.root), ROOT).replace(str(self.drive.token_file.parent), "@TOKENS@")
        text = re.sub(r"\b127\.0\.0\.1:\d+", "@HOST@", text)
        text = re.sub(r'"seconds": [\d.]+', '"seconds": 0', text)
        text = re.sub(r"\bin [\d.]+ ?(s|ms)\b", "in 0 s", text)
        text = _TREE.sub("@RANDOM@", _RANDOM.sub("@RANDOM@", text))
        return _TIME.sub(lambda found: NOW if self._is_now(found[0]) else found[0], text)

    def _is_now(self, text: str) -> bool:
        """Whether a text is a time since this world was made, or the day of one."""
        try:
            read = datetime.fromisoformat(text)
        except ValueError:
            return False
        moment = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
        accuracy_s = 24 * 3600 if len(text) == len("2026-01-01") else 61
        return self._began - accuracy_s < moment < time.time() + 2

    def state(self) -> State:
        """What lies on the disk, and what the catalog knows."""
        files: dict[str, Row] = {}
        for top in OBSERVED:
            for path in sorted((self.root / top).rglob("*")):
                if path.is_file() and path.name not in _UNTOLD:
                    files[self.text(str(path.relative_to(self.root)))] = self._file(path)
        with self._catalog() as catalog:
            catalog.row_factory = sqlite3.Row
            tables = {
                table: {
                    self.text(" ".join(str(_plain(row[column])) for column in key.split(", "))): self._row(dict(row))
                    for row in catalog.execute(f"SELECT * FROM {table} ORDER BY {key}")
                }
                for table, key in _TABLES.items()
            }
        return {"files": files, **tables}

    def _file(self, path: Path) -> Row:
        modified = path.stat().st_mtime
        is_new = self._began - 2 < modified < time.time() + 2
        moment = NOW if is_new else datetime.fromtimestamp(modified, UTC).isoformat(timespec="milliseconds")
        return {"sha256": hashlib.sha256(self._content(path)).hexdigest()[:32], "modified": moment}

    def _content(self, path: Path) -> bytes:
        """The bytes of a file; of one that names folders outside the library, or a time, without these."""
        content = path.read_bytes()
        if path.name in _MADE:
            return self.text(content.decode()).encode()
        if path.name == "SHA256SUMS":
            lines = content.splitlines(keepends=True)
            return b"".join(line for line in lines if not line.rstrip().decode(errors="replace").endswith(_MADE))
        return content

    def _row(self, row: dict[str, object]) -> Row:
        """Without sentences for people, and with marks in place of the times by which files are recognised."""
        values = {column: _plain(value) for column, value in row.items()}
        if "stamp" in values:
            values["stamp"] = _marked(values["stamp"], _stamp(Path(str(values["path"]))))
        if values.keys() == {"outside", "state"}:
            state = ":".join(str(values["state"]).split(":")[:2])  # without the number of files, which is newer
            values["state"] = _marked(state, _sums_state(self.root / "library" / str(values["outside"])))
        if values.get("summary"):
            values["summary"] = json.loads(str(values["summary"]))
        plain: Row = json.loads(self.text(json.dumps(values)))
        return {key: without_sentences(value, key) for key, value in plain.items()}


def _plain(value: object) -> object:
    return os.fsdecode(value) if isinstance(value, bytes) else value


def _marked(found: object, present: str) -> object:
    """A mark in place of the times by which a file is recognised: one if they are its present times, else another."""
    if found == present:
        return STAMP
    return re.sub(r"(:\d+)+", ":@EARLIER@", str(found))


def _stamp(path: Path) -> str:
    """By what a push recognises a file."""
    found = path.stat() if path.exists() else None
    return f"{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}" if found else ""


def _sums_state(folder: Path) -> str:
    """By what the catalog recognises a list of sums."""
    path = folder / "SHA256SUMS"
    return f"{path.stat().st_size}:{path.stat().st_mtime_ns}" if path.exists() else ""


def without_sentences(value: object, key: str = "") -> object:
    """The same JSON, with a mark where a sentence for people stands."""
    if isinstance(value, dict):
        return {name: without_sentences(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [without_sentences(each) for each in value]
    return "@SENTENCE@" if key in _SENTENCES and isinstance(value, str) else value


def changes(before: State, after: State) -> dict[str, object]:
    """What changed, by table and key: a new row, null for one that is gone, or the old and new value of a column."""
    found: dict[str, object] = {}
    for table, rows in after.items():
        old = before.get(table, {})
        changed: dict[str, object] = {key: None for key in old if key not in rows}
        for key, row in rows.items():
            if key not in old:
                changed[key] = {"new": row}
            else:  # a migration may add columns
                columns = [name for name in row if name in old[key] and row[name] != old[key][name]]
                changed |= {key: {name: [old[key][name], row[name]] for name in columns}} if columns else {}
        if changed:
            found[table] = changed
    return found


def recorded(world: World, arguments: Sequence[str], ran: Ran, before: State, after: State) -> dict[str, object]:
    """A step as it is kept: JSON that reads the same on every machine."""
    return {
        "arguments": [world.text(each) for each in arguments],
        "exit": ran.exit,
        "output": shown(world, ran),
        "changes": changes(before, after),
    }


def shown(world: World, ran: Ran) -> list[object]:
    """Standard output: JSON as values, other lines as they are."""
    lines = world.text(ran.stdout).splitlines()
    return [without_sentences(json.loads(line)) if line.startswith("{") else line for line in lines]
