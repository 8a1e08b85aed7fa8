"""A user, a service and a library that change in any order, compared with a model in plain dictionaries.

Each rule does something that can happen to a library in years: items come, change, get another name and go at the
service; files are deleted, damaged, moved and added on the disk; commands run. After each, the library is what the
model says, and nothing that the user has made is lost.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import cast

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from photosync.errors import Exit
from photosync.testing.command import Result, Sandbox
from photosync.testing.library import foreign_photos
from photosync_amazon.simulator import AmazonSimulator

pytestmark = pytest.mark.slow  # 100 histories of a library

PARTS = 4
"""They run side by side."""
EXAMPLES = int(os.environ.get("PHOTOSYNC_TEST_EXAMPLES", "100"))
"""How many histories in all; `make test-nightly` runs 1,000."""
STEPS = 12

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "one byte": lambda content: bytes((content[0] ^ 1,)) + content[1:],
    "cut": lambda content: content[: len(content) // 2],
    "emptied": lambda _: b"",
    "grown": lambda content: content + b"\0",
}
pick = st.randoms(use_true_random=False)


def md5_of(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


class LibraryMachine(RuleBasedStateMachine):
    """One user with an account at Amazon Photos."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.simulator = AmazonSimulator(items=0, gaps=False)
        self.closing = ExitStack()
        self.closing.enter_context(self.simulator)
        self.sandbox = Sandbox(self.folder)
        self.sandbox.configure({"amazon": self.simulator.account_settings()})
        self.photos = foreign_photos()
        self.counter = 0
        self.remote: dict[str, str] = {}
        """The content of each item at the service: md5 by id."""
        self.delivered: dict[str, str] = {}
        """The content that came of each saved item."""
        self.stored: dict[str, str] = {}
        """The content that its file should have: it may have been fixed."""
        self.paths: dict[str, str] = {}
        """Where it should be."""
        self.gone: set[str] = set()
        self.pushed: dict[str, str] = {}
        """The contents of the user's own files outside the library, by the id that they got."""
        self.disk: dict[str, str] = {}
        """Every file in the library: md5 by path."""
        self.made: set[str] = set()
        """Contents that somebody made in the library; they must be somewhere in it for ever."""

    def teardown(self) -> None:
        self.closing.close()
        shutil.rmtree(self.folder)

    # At the service

    @rule(count=st.integers(1, 3))
    def add_remotely(self, count: int) -> None:
        self.simulator.library.add(count)
        self.look_at_service()

    @precondition(lambda self: self.remote)
    @rule(random=pick)
    def change_remotely(self, random: Random) -> None:
        self.simulator.library.change(random.choice(sorted(self.remote)))
        self.look_at_service()

    @precondition(lambda self: self.remote)
    @rule(random=pick)
    def rename_remotely(self, random: Random) -> None:
        self.counter += 1
        self.simulator.library.rename(random.choice(sorted(self.remote)), f"renamed {self.counter}.jpg")

    @precondition(lambda self: len(self.remote) > 1)  # an empty listing is not believed
    @rule(random=pick)
    def remove_remotely(self, random: Random) -> None:
        self.simulator.library.remove(random.choice(sorted(self.remote)))
        self.look_at_service()

    def look_at_service(self) -> None:
        self.remote = {item.id: item.md5 for item in self.simulator.library.expected()}

    # On the disk

    @precondition(lambda self: self.disk)
    @rule(random=pick)
    def delete_file(self, random: Random) -> None:
        path = random.choice(sorted(self.disk))
        self.file(path).unlink()
        self.made.discard(self.disk.pop(path))  # the user wanted it to go

    @precondition(lambda self: self.disk)
    @rule(random=pick, damage=st.sampled_from(sorted(DAMAGES)))
    def damage_file(self, random: Random, damage: str) -> None:
        path = random.choice(sorted(self.disk))
        content = self.file(path).read_bytes()
        if content:
            self.made.discard(self.disk[path])
            self.file(path).write_bytes(DAMAGES[damage](content))
            self.put(path)

    @precondition(lambda self: self.disk)
    @rule(random=pick)
    def move_file(self, random: Random) -> None:
        path = random.choice(sorted(self.disk))
        self.counter += 1
        target = f"amazon/moved/{self.counter}{Path(path).suffix}"
        self.file(target).parent.mkdir(parents=True, exist_ok=True)
        self.file(path).rename(self.file(target))
        self.disk[target] = self.disk.pop(path)

    @precondition(lambda self: self.sandbox.library.exists())
    @rule()
    def add_file(self) -> None:
        self.counter += 1
        path = f"amazon/mine {self.counter}.jpg"
        self.file(path).parent.mkdir(exist_ok=True)
        self.file(path).write_bytes(next(self.photos))
        self.put(path)

    def file(self, path: str) -> Path:
        return self.sandbox.library / path

    def put(self, path: str) -> None:
        """Somebody made this content."""
        self.disk[path] = md5_of(self.file(path))
        self.made.add(self.disk[path])

    # Commands

    @rule()
    def pull(self) -> None:
        result = self.run("pull", "amazon", "--full")
        assert result.exit == Exit.OK, result
        wanted = {id_ for id_ in self.remote if not self.is_here(id_)}
        assert result.number("saved") + result.number("unchanged") == len(self.remote)
        assert result.number("saved") <= len(wanted)
        rows = {str(row["id"]): row for row in self.run("list", "amazon", "--saved").objects}
        for id_ in wanted:
            self.take_file(id_, str(rows[id_]["path"]))
            self.delivered[id_] = self.stored[id_] = self.remote[id_]
            self.pushed.pop(id_, None)
        self.gone = self.delivered.keys() - self.remote.keys()

    @rule()
    def pull_a_little(self) -> None:
        """An incremental pull brings what is new, and never loses anything."""
        before = self.remote.keys() - self.delivered.keys() - self.pushed.keys()
        assert self.run("pull", "amazon").exit == Exit.OK
        rows = self.run("list", "amazon", "--saved").objects
        assert before <= {str(row["id"]) for row in rows}
        self.pull()

    def is_here(self, id_: str) -> bool:
        """Whether nothing has to be downloaded, as far as a pull looks: it reads no file."""
        if self.pushed.get(id_) == self.remote[id_]:
            return True
        return self.delivered.get(id_) == self.remote[id_] and self.paths[id_] in self.disk

    def take_file(self, id_: str, path: str) -> None:
        """A content from the service has this name now. An older one of the item is in the trash."""
        assert self.disk.get(path) in (None, self.disk.get(self.paths.get(id_, "")), self.remote[id_])
        self.disk[path] = self.remote[id_]
        self.paths[id_] = path

    @precondition(lambda self: self.sandbox.library.exists())
    @rule()
    def push(self) -> None:
        self.counter += 1
        mine = self.folder / f"mine {self.counter}.jpg"
        mine.write_bytes(next(self.photos))
        before = set(self.remote)
        assert self.run("push", "amazon", str(mine)).number("saved") == 1
        self.look_at_service()
        (id_,) = set(self.remote) - before
        self.pushed[id_] = self.remote[id_]

    @precondition(lambda self: self.sound_files())
    @rule(random=pick)
    def fix(self, random: Random) -> None:
        self.counter += 1
        id_ = random.choice(self.sound_files())
        path = self.paths[id_]
        assert self.run("fix", str(self.file(path)), "--set", f"artist=Ada {self.counter}").exit == Exit.OK
        self.disk[path] = self.stored[id_] = md5_of(self.file(path))

    @precondition(lambda self: self.sound_files())
    @rule(random=pick)
    def undo(self, random: Random) -> None:
        id_ = random.choice(self.sound_files())
        path = self.paths[id_]
        assert self.run("fix", str(self.file(path)), "--undo").exit == Exit.OK
        self.disk[path] = self.stored[id_] = self.delivered[id_]

    def sound_files(self) -> list[str]:
        return sorted(id_ for id_, path in self.paths.items() if self.disk.get(path) == self.stored[id_])

    @precondition(lambda self: self.delivered)
    @rule()
    def verify(self) -> None:
        result = self.run("verify")
        assert findings(result, "path") == self.damage() | self.unknown(), result
        assert result.exit == (Exit.DAMAGE if self.damage() else Exit.OK), result

    @precondition(lambda self: self.delivered)
    @rule()
    def verify_names(self) -> None:
        """A quick look sees what is not there, and nothing that is right."""
        found = findings(self.run("verify", "--quick"), "path")
        missing = {path: kind for path, kind in self.damage().items() if kind == "missing"}
        unknown = dict.fromkeys(self.disk.keys() - self.paths.values(), "unknown")
        assert missing.items() <= found.items() <= (self.damage() | unknown).items()

    def damage(self) -> dict[str, str]:
        """What is wrong with files that should be there, by path."""
        wrong = {path: id_ for id_, path in self.paths.items() if self.disk.get(path) != self.stored[id_]}
        return {path: "damaged" if path in self.disk else "missing" for path in wrong}

    def unknown(self) -> dict[str, str]:
        """Files that nobody knows. One with the content of a missing file was moved, which that finding says."""
        lost = {self.stored[id_] for id_, path in self.paths.items() if path not in self.disk}
        unknown = self.disk.keys() - self.paths.values()
        return {path: "unknown" for path in unknown if self.disk[path] not in lost}

    @rule()
    def audit(self) -> None:
        result = self.run("audit", "amazon")
        summary = result.summary
        parts = ("saved", "filtered", "failed", "missing")
        assert summary["listed"] == len(self.remote) == sum(cast("int", summary[part]) for part in parts), result
        missing = {id_ for id_ in self.remote if id_ not in self.pushed and self.paths.get(id_) not in self.disk}
        differ = {id_ for id_ in self.remote.keys() - missing if self.content_here(id_) != self.remote[id_]}
        found = findings(result, "id")
        assert {id_ for id_, kind in found.items() if kind == "missing"} == missing, result
        assert {id_ for id_, kind in found.items() if kind == "different"} == differ, result
        here = {id_ for id_, path in self.paths.items() if path in self.disk} | self.pushed.keys()
        assert {id_ for id_, kind in found.items() if kind == "gone"} == here - self.remote.keys(), result
        assert (result.exit == Exit.OK) <= (not missing and not differ), result

    def content_here(self, id_: str) -> str:
        return self.pushed[id_] if id_ in self.pushed else self.delivered[id_]

    @precondition(lambda self: self.delivered)
    @rule()
    def repair(self) -> None:
        damage = self.damage()
        result = self.run("verify", "--repair")
        ids = {path: id_ for id_, path in self.paths.items()}
        for path in damage:
            id_ = ids[path]
            found = md5_of(self.file(path)) if self.file(path).is_file() else None
            may_be = {self.stored[id_], self.delivered[id_], self.remote.get(id_)}
            if id_ in self.remote:
                assert found in may_be, (path, result)
            else:
                assert found in may_be | {self.disk.get(path)}, (path, result)
            if found in may_be and found is not None:
                self.stored[id_] = self.disk[path] = found
                self.delivered[id_] = found if found == self.remote.get(id_) else self.delivered[id_]
        self.disk = {path: md5_of(self.file(path)) for path in self.on_disk()}
        assert result.exit == (Exit.DAMAGE if self.damage() else Exit.OK), result

    @precondition(lambda self: self.delivered)
    @rule(is_copy_lost=st.booleans())
    def lose_the_catalog(self, is_copy_lost: bool) -> None:
        """What the catalog says is known again without a download."""
        before = self.rows()
        (self.sandbox.library / ".photosync" / "catalog.db").write_bytes(b"rubbish" * 1000)
        downloads = self.simulator.counts["content"]
        if is_copy_lost and self.is_in_order():
            self.sandbox.library.joinpath(".photosync", "catalog-copy.db").unlink()
        assert self.run("rebuild").exit == Exit.OK
        assert self.simulator.counts["content"] == downloads
        assert self.rows() == before

    def is_in_order(self) -> bool:
        """Whether the files and the listing show all that the catalog knows."""
        is_right = not (self.damage() or self.disk.keys() - self.paths.values() or self.pushed)
        return is_right and self.delivered.items() <= self.remote.items()

    def rows(self) -> dict[str, tuple[object, object]]:
        return {str(row["id"]): (row["path"], row["state"]) for row in self.run("list", "amazon", "--saved").objects}

    def run(self, *arguments: str) -> Result:
        result = self.sandbox.run(*arguments)
        assert result.exit != Exit.INTERNAL, result
        return result

    # What is always true

    def on_disk(self) -> Iterator[str]:
        return (path.relative_to(self.sandbox.library).as_posix() for path in self.sandbox.files())

    @invariant()
    def the_disk_is_as_the_model_says(self) -> None:
        assert {path: md5_of(self.file(path)) for path in self.on_disk()} == self.disk

    @invariant()
    def nothing_that_somebody_made_is_lost(self) -> None:
        assert self.made <= {md5_of(path) for path in self.sandbox.library.rglob("*") if path.is_file()}

    @invariant()
    def the_list_has_what_was_saved(self) -> None:
        lines = self.file("SHA256SUMS").read_text().splitlines() if self.file("SHA256SUMS").exists() else []
        assert {line[66:] for line in lines} == set(self.paths.values())


def findings(result: Result, key: str) -> Mapping[str, str]:
    """What was found, by path or id."""
    return {str(each[key]): str(each["finding"]) for each in result.objects if "finding" in each and each[key]}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
def test_any_history(part: int, record_property: Callable[[str, object], None]) -> None:
    machine = seed(part)(type(f"Part{part}", (LibraryMachine,), {}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES // PARTS,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # a failure says its steps; making them fewer takes very long
            suppress_health_check=list(HealthCheck),
        ),
    )
    record_property("state machine: histories", EXAMPLES // PARTS)
