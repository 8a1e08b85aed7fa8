"""A user of a simulated service: runs commands, and checks the library on the disk."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from photosync.testing.command import OWN_FOLDER, SUMS, Result, Sandbox
from photosync.testing.library import ExpectedItem
from photosync.testing.simulator import Simulator

ACCOUNT = "account"
_NAME_BYTES = 255
_RESERVED = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))})
RUN_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class User:
    """A user with an account at a simulated service and a library."""

    simulator: Simulator
    sandbox: Sandbox

    def pull(self, *options: str) -> Result:
        """Run `photosync pull`; its totals must add up."""
        result = self.sandbox.run(*self.simulator.command(ACCOUNT), *options, timeout_s=RUN_TIMEOUT_S)
        result.check_totals()
        return result

    def pull_all(self, *options: str) -> Result:
        """Pull, and everything must be there afterwards."""
        result = self.pull(*options)
        result.check_complete()
        self.check_all_there()
        return result

    def expected(self) -> list[ExpectedItem]:
        """What the service has now."""
        return list(self.simulator.library.expected())

    def some_item(self, *, position: int = 0) -> ExpectedItem:
        """One of them; negative positions count from the newest."""
        return self.expected()[position]

    def check_all_there(self) -> None:
        """Each item's content is on the disk exactly once, with no other file and no unfinished one."""
        wanted = Counter(item.md5 for item in self.expected())
        there = self.sandbox.hashes()
        assert there == wanted, f"missing: {wanted - there}, too many: {there - wanted}"
        self.check_order()

    def check_nothing_foreign(self) -> None:
        """Each file on the disk is a complete item of the service, and no item is there twice."""
        wanted = Counter(item.md5 for item in self.expected())
        assert not self.sandbox.hashes() - wanted, "there are files that the service does not have"

    def check_order(self) -> None:
        """No partial files are left, and SHA256SUMS lists every photo with its hash."""
        assert self.sandbox.leftovers() == []
        self.check_list()

    def check_list(self) -> None:
        """SHA256SUMS lists every photo and made file with its hash."""
        listed = _read_sums(self.sandbox.library / SUMS)
        files = [*self.sandbox.files(), *self.sandbox.made()]
        there = {_relative(self.sandbox, path): _sha256(path) for path in files}
        assert listed == there
        if there and (checker := shutil.which("sha256sum")):
            subprocess.run(  # noqa: S603  # the tool for which the file is made
                [checker, "--check", "--strict", "--quiet", SUMS], cwd=self.sandbox.library, check=True
            )


def check_names(sandbox: Sandbox) -> None:
    """Every name is valid on any file system, and no file system treats two names of a folder as equal."""
    base = sandbox.library / ACCOUNT
    folders: dict[Path, list[str]] = {}
    for path in sandbox.files():
        assert path.is_relative_to(base), f"{path} is outside the account's folder"
        folders.setdefault(path.parent, []).append(path.name)
        for part in path.relative_to(base).parts:
            _check_name(part)
    for folder, names in folders.items():
        alike = Counter(unicodedata.normalize("NFC", name).casefold() for name in names)
        assert max(alike.values()) == 1, f"names in {folder} differ too little: {alike.most_common(3)}"


def _check_name(name: str) -> None:
    encoded = name.encode()  # a lone surrogate would raise here
    assert 0 < len(encoded) <= _NAME_BYTES, f"{name!r} has {len(encoded)} bytes"
    assert unicodedata.is_normalized("NFC", name), f"{name!r} is not NFC"
    # Cc: control characters; Cs: surrogates; Zl, Zp: line and paragraph separators
    bad = [
        letter for letter in name if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") or letter in '/\\:*?"<>|'
    ]
    bad += [letter for letter in name if letter in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
    assert not bad, f"{name!r} has {bad}"
    assert name.partition(".")[0].rstrip().upper() not in _RESERVED, f"{name!r} is reserved on Windows"
    assert name == name.strip() and not name.endswith("."), f"{name!r} begins or ends badly"  # noqa: PT018


def file_times(sandbox: Sandbox) -> dict[str, tuple[int, int]]:
    """The inode and modification time of each file by its path."""
    stats = {_relative(sandbox, path): path.stat() for path in sandbox.files()}
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in stats.items()}


def _read_sums(path: Path) -> dict[str, str]:
    """The lines of a file that `sha256sum` reads: hash, blank, blank or star, name."""
    if not path.exists():
        return {}
    lines = (line for line in path.read_text(encoding="utf-8").split("\n") if line)
    return {line[66:]: line[:64] for line in lines}


def _relative(sandbox: Sandbox, path: Path) -> str:
    relative = path.relative_to(sandbox.library)
    assert relative.parts[0] != OWN_FOLDER
    return relative.as_posix()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
