"""A user with a library that is damaged, verified and repaired with the real command."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from photosync.testing.command import Result, Sandbox


@dataclass(frozen=True, slots=True)
class LibraryOwner:
    """Owns the library of a sandbox."""

    sandbox: Sandbox

    @property
    def library(self) -> Path:
        """The library's folder."""
        return self.sandbox.library

    def verify(self, *options: str) -> Result:
        """Check everything; the totals add up, and the summary has the exit status."""
        result = self.sandbox.run("verify", *options)
        assert result.exit != 1, f"a bug:\n{result}"
        assert "Traceback" not in result.stderr
        assert result.number("exit") == result.exit, result
        return result

    def repair(self, *options: str) -> Result:
        """Repair, and everything must be right afterwards."""
        result = self.verify("--repair", *options)
        assert result.exit == 0, result
        assert result.number("repaired") == len(damage(result)), result
        assert all(each["repaired_from"] for each in damage(result)), result
        self.check_right()
        return result

    def check_right(self) -> None:
        """A second check finds no damage, and everything is tidy."""
        again = self.verify()
        assert again.exit == 0, again
        assert damage(again) == []
        self.check_tidy()

    def check_tidy(self) -> None:
        """SHA256SUMS is right, and no temporary files are left."""
        if self.sandbox.files():  # all may be in folders outside
            command = ["sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS"]
            done = subprocess.run(command, cwd=self.library, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        temporary = (".new", ".partial", ".copy")
        left = [path for path in self.library.rglob("*") if path.name.startswith(".photosync-")]
        left += [path for path in self.library.rglob("*") if path.name.endswith(temporary)]
        assert left == []

    def contents(self) -> dict[Path, str]:
        """The hash of each file of the library."""
        return {path: sha256(path) for path in self.sandbox.files()}

    def photos(self) -> list[Path]:
        """The photos and videos, without sidecars."""
        return [path for path in self.sandbox.files() if path.suffix.lower() != ".xmp"]

    def backup(self, name: str = "backup") -> Path:
        """A copy of the whole library, the program's folder included."""
        return Path(shutil.copytree(self.library, self.sandbox.folder / name, symlinks=True))

    def damaged(self) -> list[Path]:
        """What was moved to the folder for it, without the notes."""
        folder = self.library / ".photosync" / "damaged"
        found = [Path(parent, name) for parent, folders, names in os.walk(folder) for name in (*folders, *names)]
        return [path for path in found if path.with_name(f"{path.name}.why.txt").exists()]


def damage(result: Result) -> list[Mapping[str, object]]:
    """The findings that are no mere information."""
    return [each for each in result.objects if each.get("finding") in ("missing", "damaged", "different")]


def sources(result: Result) -> set[str]:
    """The kinds of the sources that repaired something."""
    return {str(each["repaired_from"]).partition(":")[0] for each in damage(result)}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
