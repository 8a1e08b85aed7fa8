"""The commands, and what the model expects of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from random import Random
from typing import cast

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from photosync.errors import Exit
from photosync.testing.command import OWN_FOLDER, Result
from tests.state_machine.changes import RemoteChanges
from tests.state_machine.model import ACCOUNT, LibraryModel, md5_of, meanwhile, mishaps, pick


class Transfers(RemoteChanges):
    """Pulls and pushes."""

    @initialize(count=st.integers(0, 4))
    def begin(self, count: int) -> None:
        """Most libraries have something in them."""
        if count:
            self.add_remotely(count)
            self.pull()

    @rule(mishap=mishaps, meanwhile=meanwhile)
    def pull(self, mishap: int | str | None = None, meanwhile: str = "") -> None:
        self.pull_wanted(self.wanted(), mishap, meanwhile)

    @rule(part=st.sampled_from(("", "--limit 1", "--year 2020", "--kind photo")))
    def pull_a_little(self, part: str) -> None:
        """An incremental pull brings what is new; one of a part loses nothing of the others."""
        wanted, new = self.wanted(), self.remote.keys() - self.delivered.keys() - self.pushed.keys()
        assert self.run("pull", ACCOUNT, *part.split()).exit == Exit.OK
        rows = self.run("list", ACCOUNT, "--saved").objects
        assert part or new <= {str(row["id"]) for row in rows}
        self.pull_wanted(wanted)

    def wanted(self) -> set[str]:
        """The items that a pull has to bring."""
        return {id_ for id_ in self.remote if not self.is_here(id_)}

    def pull_wanted(self, wanted: set[str], mishap: int | str | None = None, meanwhile: str = "") -> None:
        result = self.run("pull", ACCOUNT, "--full", mishap=mishap, meanwhile=meanwhile)
        assert result.exit == Exit.OK, result
        assert result.number("saved") + result.number("unchanged") == len(self.remote), result
        assert result.number("saved") <= len(wanted), (wanted, result)
        rows = {str(row["id"]): row for row in self.run("list", ACCOUNT, "--saved").objects}
        for id_ in wanted:
            self.take_file(id_, str(rows[id_]["path"]))
            self.delivered[id_] = self.stored[id_] = self.remote[id_]
            self.pushed.pop(id_, None)
        self.gone = self.delivered.keys() - self.remote.keys()

    def is_here(self, id_: str) -> bool:
        """Whether nothing has to be downloaded, as far as a pull looks: it reads no file, and believes in links."""
        if self.pushed.get(id_) == self.remote[id_]:
            return True
        return self.delivered.get(id_) == self.remote[id_] and self.file(self.paths[id_]).is_file()

    def take_file(self, id_: str, path: str) -> None:
        """A content from the service has this name now. An older one of the item is in the trash."""
        assert self.disk.get(path) in (None, self.disk.get(self.paths.get(id_, "")), self.remote[id_])
        self.disk[path] = self.remote[id_]
        self.paths[id_] = path

    @precondition(lambda self: self.sandbox.library.exists())
    @rule(mishap=mishaps, meanwhile=meanwhile)
    def push(self, mishap: int | str | None, meanwhile: str) -> None:
        before = set(self.remote)
        result = self.run("push", ACCOUNT, str(self.own_photo()), mishap=mishap, meanwhile=meanwhile)
        assert result.number("saved") + result.number("unchanged") == 1
        self.look_at_service()
        (id_,) = set(self.remote) - before
        self.pushed[id_] = self.remote[id_]


class Fixes(LibraryModel):
    """Fixes, and how they are undone."""

    @precondition(lambda self: self.sound_files())
    @rule(random=pick, mishap=mishaps, meanwhile=meanwhile)
    def fix(self, random: Random, mishap: int | str | None, meanwhile: str) -> None:
        self.counter += 1
        id_ = random.choice(self.sound_files())
        path = self.paths[id_]
        arguments = ("fix", str(self.file(path)), "--set", f"artist=Ada {self.counter}")
        assert self.run(*arguments, mishap=mishap, meanwhile=meanwhile).exit == Exit.OK
        self.disk[path] = self.stored[id_] = md5_of(self.file(path))

    @precondition(lambda self: self.sound_files())
    @rule(random=pick, mishap=mishaps, meanwhile=meanwhile)
    def undo(self, random: Random, mishap: int | str | None, meanwhile: str) -> None:
        id_ = random.choice(self.sound_files())
        path = self.paths[id_]
        result = self.run("fix", str(self.file(path)), "--undo", mishap=mishap, meanwhile=meanwhile)
        assert result.exit == Exit.OK, result
        self.disk[path] = self.stored[id_] = self.delivered[id_]


class Checks(LibraryModel):
    """What is right, what is not, and how that is put right."""

    @precondition(lambda self: self.delivered)
    @rule()
    def verify(self) -> None:
        self.check(self.run("verify"), self.damage() | self.unknown())

    def check(self, result: Result, expected: Mapping[str, str]) -> None:
        """What is found by a check that reads everything. Half a line of a list is a file of the user's."""
        found = findings(result, "path")
        records = {path for path in found if path.startswith(OWN_FOLDER)}
        others = {path: kind for path, kind in found.items() if path not in records}
        ids = {each["id"] for each in result.objects if each.get("path") in records}
        assert ids == self.lost_undo_records(), result
        assert expected.items() <= others.items(), (expected, result)
        assert others == expected or not self.is_list_right, (expected, result)
        is_right = self.is_list_right and not self.damage() and not ids
        assert result.exit == (Exit.OK if is_right else Exit.DAMAGE) or not self.is_list_right, result

    @precondition(lambda self: self.delivered)
    @rule(part=st.sampled_from(("--quick", "--sample 30%")))
    def verify_a_part(self, part: str) -> None:
        """A quick look sees what is not there, and nothing that is right."""
        found = findings(self.run("verify", *part.split()), "path")
        missing = {path: kind for path, kind in self.damage().items() if kind == "missing"}
        unknown = dict.fromkeys(self.not_saved(), "unknown")
        assert missing.items() <= found.items(), found
        known = {path: kind for path, kind in found.items() if not path.startswith(OWN_FOLDER)}
        assert known.items() <= (self.damage() | unknown).items() or not self.is_list_right

    @rule()
    def audit(self) -> None:
        result = self.run("audit", ACCOUNT)
        summary = result.summary
        parts = ("saved", "filtered", "failed", "missing")
        assert summary["listed"] == len(self.remote) == sum(cast("int", summary[part]) for part in parts), result
        missing = {id_ for id_ in self.remote if id_ not in self.pushed and self.paths.get(id_) not in self.disk}
        differ = {id_ for id_ in self.remote.keys() - missing if self.content_here(id_) != self.remote[id_]}
        found = findings(result, "id")
        assert {id_ for id_, kind in found.items() if kind == "missing"} == missing, result
        damaged = {id_ for id_, kind in found.items() if kind == "damaged"}
        assert all(self.disk.get(self.paths[id_]) != self.stored[id_] for id_ in damaged), result
        assert {id_ for id_, kind in found.items() if kind == "different"} == differ - damaged, result
        here = {id_ for id_, path in self.paths.items() if path in self.disk} | self.pushed.keys()
        assert {id_ for id_, kind in found.items() if kind == "gone"} == here - self.remote.keys(), result
        assert (result.exit == Exit.OK) <= (not missing and not differ), result

    def content_here(self, id_: str) -> str:
        return self.pushed[id_] if id_ in self.pushed else self.delivered[id_]

    @precondition(lambda self: self.delivered)
    @rule(mishap=mishaps, meanwhile=meanwhile)
    def repair(self, mishap: int | str | None, meanwhile: str) -> None:
        sources = ("--from", str(self.backup)) if self.backup.exists() else ()
        copies = self.contents(self.sandbox.library) | (self.contents(self.backup) if sources else set())
        damage = self.damage()
        result = self.run("verify", "--repair", *sources, mishap=mishap, meanwhile=meanwhile)
        ids = {path: id_ for id_, path in self.paths.items()}
        for path in damage:
            self.take_repaired(ids[path], path, result, has_copy=self.stored[ids[path]] in copies)
        self.disk = {path: md5_of(self.file(path)) for path in self.on_disk()}
        left = [each for each in result.objects if "id" in each and not each["repaired_from"]]
        lost = {str(each["id"]) for each in left if str(each["path"]).startswith(OWN_FOLDER)}
        assert lost <= self.lost_undo_records(), result
        self.without_undo = {id_: self.without_undo[id_] for id_ in lost}
        self.is_list_right = True
        assert result.exit == (Exit.DAMAGE if self.damage() or lost else Exit.OK), result

    def take_repaired(self, id_: str, path: str, result: Result, *, has_copy: bool) -> None:
        """What was stored, if there is a copy; else what the service has now, if it has it."""
        found = md5_of(self.file(path)) if path in self.on_disk() else None
        may_be = {self.stored[id_], self.delivered[id_], self.remote.get(id_)} - {None}
        if has_copy:
            assert found == self.stored[id_], (path, result)
        if found not in may_be and self.stored[id_] != self.delivered[id_] and self.can_be_undone(path):
            # A text that `fix --set` had added is not in the settings: the rest of the fix was made again.
            assert not has_copy, (path, result)
            self.stored[id_] = self.disk[path] = str(found)
            self.delivered[id_] = self.remote[id_]
            return
        assert found in may_be or id_ not in self.remote, (path, result)
        assert found in may_be or found == self.disk.get(path), (path, result)
        if found in may_be and found is not None:
            self.stored[id_] = self.disk[path] = found
            self.delivered[id_] = found if found == self.remote.get(id_) else self.delivered[id_]

    def can_be_undone(self, path: str) -> bool:
        """Whether the file has an undo record."""
        if path not in self.on_disk():
            return False
        sha256 = hashlib.sha256(self.file(path).read_bytes()).hexdigest()
        return any(self.file(OWN_FOLDER).glob(f"undo/*/{sha256}-*.json"))

    @precondition(lambda self: self.delivered)
    @rule(is_copy_lost=st.booleans(), mishap=mishaps, meanwhile=meanwhile)
    def lose_the_catalog(self, is_copy_lost: bool, mishap: int | str | None, meanwhile: str) -> None:
        """What the catalog says is known again without a download. What is gone may be noticed earlier."""
        before = self.rows()
        self.file(OWN_FOLDER).joinpath("catalog.db").write_bytes(b"rubbish" * 1000)
        downloads = self.simulator.counts["content"]
        if is_copy_lost and self.is_in_order():
            self.file(OWN_FOLDER).joinpath("catalog-copy.db").unlink()
        assert self.run("rebuild", mishap=mishap).exit == Exit.OK
        assert self.simulator.counts["content"] == downloads
        after = self.rows()
        assert {id_: path for id_, (path, _) in after.items()} == {id_: path for id_, (path, _) in before.items()}
        assert all(after[id_] == before[id_] for id_ in after.keys() & self.remote.keys())

    def is_in_order(self) -> bool:
        """Whether the files and the listing show all that the catalog knows."""
        is_right = not (self.damage() or self.not_saved() or self.pushed)
        return is_right and self.is_list_right and self.delivered.items() <= self.remote.items()

    def rows(self) -> dict[str, tuple[object, object]]:
        rows = self.run("list", ACCOUNT, "--saved").objects
        return {str(row["id"]): (row["path"], row["state"]) for row in rows}


def findings(result: Result, key: str) -> Mapping[str, str]:
    """What was found, by path or id."""
    return {str(each[key]): str(each["finding"]) for each in result.objects if "finding" in each and each[key]}
