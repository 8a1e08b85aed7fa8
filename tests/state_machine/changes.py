"""What happens at the service, and what the user or a disk does to the library."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from photosync.errors import Exit
from photosync.testing.command import OWN_FOLDER, SUMS
from tests.state_machine.model import LibraryModel, md5_of, pick

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "one byte": lambda content: bytes((content[0] ^ 1,)) + content[1:],
    "cut": lambda content: content[: len(content) // 2],
    "emptied": lambda _: b"",
    "grown": lambda content: content + b"\0",
}


class RemoteChanges(LibraryModel):
    """At the service."""

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


class LocalChanges(LibraryModel):
    """On the disk."""

    @precondition(lambda self: self.disk)
    @rule(random=pick)
    def delete_file(self, random: Random) -> None:
        self.delete(random.choice(sorted(self.disk)))

    def delete(self, path: str) -> None:
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
        target = f"account/moved/{self.counter}{self.file(path).suffix}"
        self.file(target).parent.mkdir(parents=True, exist_ok=True)
        self.file(path).rename(self.file(target))
        self.disk[target] = self.disk.pop(path)

    @precondition(lambda self: len(self.disk) > 1)
    @rule(random=pick)
    def swap_files(self, random: Random) -> None:
        paths = random.sample(sorted(self.disk), 2)
        contents = [self.file(path).read_bytes() for path in paths]
        for path, content in zip(paths, reversed(contents), strict=True):
            self.file(path).write_bytes(content)
            self.disk[path] = md5_of(self.file(path))

    @precondition(lambda self: self.disk)
    @rule(random=pick, by=st.sampled_from(("folder", "folder with a photo", "link", "link to nothing")))
    def replace_file(self, random: Random, by: str) -> None:
        path = random.choice(sorted(self.disk))
        self.delete(path)
        if by.startswith("folder"):
            self.file(path).mkdir()
        else:
            self.file(path).symlink_to(self.own_photo() if by == "link" else self.folder / "nothing.jpg")
        if by == "folder with a photo":
            self.counter += 1
            self.add(f"{path}/mine {self.counter}.jpg")

    @precondition(lambda self: self.sandbox.library.exists())
    @rule()
    def add_file(self) -> None:
        self.counter += 1
        self.add(f"account/mine {self.counter}.jpg")

    def add(self, path: str) -> None:
        self.file(path).parent.mkdir(exist_ok=True)
        self.file(path).write_bytes(next(self.photos))
        self.put(path)

    @precondition(lambda self: self.delivered and self.is_list_right)
    @rule(random=pick, damage=st.sampled_from(("cut", "emptied", "deleted", "one byte")))
    def damage_the_list(self, random: Random, damage: str) -> None:
        file = self.file(SUMS)
        content = file.read_bytes()
        if damage == "deleted":
            file.unlink()
        elif damage == "cut":
            file.write_bytes(content[: random.randrange(len(content) - 1)])  # the last one ends a line
        else:
            file.write_bytes(DAMAGES[damage](content))
        self.is_list_right = False
        result = self.run("verify")
        assert SUMS in {each.get("path") for each in result.objects}, result
        assert result.exit == Exit.DAMAGE

    @precondition(lambda self: self.fixed_files())
    @rule(damage=st.sampled_from(("cut", "emptied", "deleted")))
    def damage_undo_records(self, damage: str) -> None:
        for path in self.file(OWN_FOLDER).joinpath("undo").rglob("*"):
            if path.is_file() and damage == "deleted":
                path.unlink()
            elif path.is_file():
                path.write_bytes(DAMAGES[damage](path.read_bytes()))
        self.without_undo = {id_: self.stored[id_] for id_ in self.fixed_files()}

    def fixed_files(self) -> set[str]:
        return {id_ for id_ in self.stored if self.stored[id_] != self.delivered[id_]}

    @precondition(lambda self: self.delivered)
    @rule()
    def back_up(self) -> None:
        """Copy the library."""
        shutil.rmtree(self.backup, ignore_errors=True)
        shutil.copytree(self.sandbox.library, self.backup, symlinks=True)
