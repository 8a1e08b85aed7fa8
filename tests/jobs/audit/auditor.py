"""A user who audits an account, and what the command found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR

from photosync.testing.command import Result, Sandbox
from photosync.testing.library import ExpectedItem
from photosync.testing.simulator import Simulator

TIERS = ("hash", "size", "decoded", "own", "reencoded")
KEYS = (
    *("command", "account", "collection", "listed", "saved", "filtered", "failed", "missing", "different", "gone"),
    *("extra", "proved", "bytes", "seconds", "requests", "retries", "complete", "verdict", "exit"),
)


@dataclass(frozen=True)
class Auditor:
    """One account at a simulated service, under the name `account`."""

    simulator: Simulator
    sandbox: Sandbox
    account: str

    def pull(self, *options: str) -> Result:
        """Bring what is there."""
        return self.sandbox.run("pull", self.account, *options)

    def audit(self, *options: str, changes_nothing: bool = True) -> Audited:
        """Audit; the sum must be right, and nothing on the disk may change."""
        before = contents(self.sandbox.library)
        audited = Audited(self.sandbox.run("audit", self.account, *options))
        audited.check()
        assert not changes_nothing or contents(self.sandbox.library) == before
        return audited

    def items(self) -> list[ExpectedItem]:
        """What the service has."""
        return list(self.simulator.library.expected())

    def file(self, item_id: str) -> Path:
        """Where an item's file is, by the catalog."""
        rows = self.sandbox.run("list", self.account, "--saved").objects
        (path,) = (row["path"] for row in rows if row["id"] == item_id)
        return self.sandbox.library / str(path)


@dataclass(frozen=True)
class Audited:
    """The result of one audit."""

    result: Result

    @property
    def exit(self) -> int:
        return self.result.exit

    @property
    def verdict(self) -> str:
        return str(self.result.summary["verdict"])

    @property
    def findings(self) -> list[Mapping[str, object]]:
        return [each for each in self.result.objects if "finding" in each]

    def found(self, kind: str) -> list[str]:
        """The ids, or else the paths, of the findings of a kind."""
        return sorted(str(each["id"] or each["path"]) for each in self.findings if each["finding"] == kind)

    def reasons(self) -> dict[object, object]:
        """The reason of each finding by its id or path."""
        return {each["id"] or each["path"]: each["reason"] for each in self.findings}

    def numbers(self, *keys: str) -> tuple[int, ...]:
        return tuple(map(self.result.number, keys))

    def proved(self) -> dict[str, int]:
        """The tiers that have files."""
        proved = self.result.summary["proved"]
        assert isinstance(proved, dict)
        assert tuple(proved) == TIERS
        return {tier: number for tier, number in proved.items() if number}

    def check(self) -> None:
        """The shape of the answer, and its sums."""
        number, summary = self.result.number, self.result.summary
        assert tuple(summary) in (KEYS, (*KEYS, "message")), self.result
        assert number("exit") == self.exit, self.result
        assert number("listed") == sum(map(number, ("saved", "filtered", "failed", "missing"))), self.result
        assert sum(self.proved().values()) == number("saved") - number("different"), self.result
        assert len(self.found("missing")) == number("missing") + number("failed"), self.result
        assert len(self.found("different") + self.found("damaged")) == number("different"), self.result
        for kind in ("gone", "extra"):
            assert len(self.found(kind)) == number(kind), self.result
        for each in self.findings:
            assert tuple(each) == ("path", "id", "account", "finding", "reason", "error", "repaired_from")
            assert each["error"]


def contents(folder: Path) -> dict[str, object]:
    """What is below a folder, with the time and size of each file; not the memory that users of the catalog share."""
    there = {path: path.lstat() for path in folder.rglob("*") if not path.name.endswith("-shm")}
    return {str(path): not S_ISDIR(at.st_mode) and (at.st_mtime_ns, at.st_size) for path, at in there.items()}
