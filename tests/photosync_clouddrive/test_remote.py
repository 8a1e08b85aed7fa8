"""`remote`: changes of single files and folders; each test looks at the drive afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Result, Sandbox
from photosync.testing.faults import Fault
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.drive import PICTURES, ROOT, Raw, parents_of
from tests.photosync_clouddrive.conftest import configure

CHANGES = ("PATCH", "POST", "PUT", "DELETE")


class User:
    """A user of the drive, and what the drive has."""

    def __init__(self, simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
        self.simulator = simulator
        self.sandbox = sandbox
        self.drive = simulator.drive
        item = next(simulator.library.expected())
        self.id, self.name, self.md5 = item.id, item.name, item.md5
        (path,) = [path for path in simulator.tree() if path.endswith(f"/{item.name}")]
        self.path = path

    def remote(self, *arguments: str, stdin: bytes = b"") -> Result:
        """Run `photosync remote …` and agree."""
        command, *rest = arguments
        return self.sandbox.run("remote", command, "drive", *rest, "--yes", stdin=stdin)

    def done(self, *arguments: str, stdin: bytes = b"") -> Result:
        """The same; it has to change one thing."""
        result = self.remote(*arguments, stdin=stdin)
        assert (result.exit, result.number("changed")) == (Exit.OK, 1), result
        return result

    def refused(self, *arguments: str) -> str:
        """The same; it has to be refused, with the reason word."""
        result = self.remote(*arguments)
        assert (result.exit, result.number("changed")) == (Exit.PARTIAL, 0), result
        return result.reasons[0]

    def node(self, node_id: str | None = None) -> Raw:
        return self.drive.node(node_id or self.id)

    def changes(self) -> list[str]:
        """The requests that changed anything."""
        return [name for name in self.simulator.counts if name.startswith(CHANGES) and "changes" not in name]


@pytest.fixture
def simulator() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=4, gaps=False) as running:
        yield running


@pytest.fixture
def user(simulator: CloudDriveSimulator, tmp_path: Path) -> User:
    sandbox = Sandbox(tmp_path)
    configure(sandbox, simulator)
    return User(simulator, sandbox)


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


# Folders


def test_folders_are_made_with_those_above_them(user: User) -> None:
    user.done("mkdir", "Trip/Day 1/Träume ☀ (1)")
    node = user.drive.holder(ROOT, "Trip")
    for name in ("Day 1", "Träume ☀ (1)"):
        assert node is not None
        node = user.drive.holder(node, name)
    assert node is not None
    assert user.node(node)["kind"] == "FOLDER"


def test_a_folder_that_is_there_is_not_made_again(user: User) -> None:
    result = user.remote("mkdir", "pictures", "New")
    assert (result.exit, result.number("unchanged"), result.number("changed")) == (Exit.OK, 1, 1)
    made = user.drive.holder(ROOT, "New")
    assert made is not None
    assert [each["id"] for each in result.objects if "action" in each] == [PICTURES, made]


def test_no_folder_takes_the_name_of_a_file(user: User) -> None:
    assert user.refused("mkdir", user.path) == "name_taken"


def test_a_file_moves_to_another_folder(user: User) -> None:
    folder = user.drive.add_folder("Best")
    user.done("mv", f"/{user.path}", "Best")
    assert parents_of(user.node()) == [folder]
    assert user.simulator.tree()[f"Best/{user.name}"] == user.md5
    result = user.remote("mv", user.id, folder)
    assert (result.exit, result.number("unchanged")) == (Exit.OK, 1)


def test_what_is_in_several_folders_is_moved_out_of_the_one_that_is_named(user: User) -> None:
    year = parents_of(user.node())[0]
    best, more = user.drive.add_folder("Best"), user.drive.add_folder("More")
    user.done("link", user.id, "Best")
    assert parents_of(user.node()) == [year, best]
    assert user.refused("mv", user.id, "More") == "refused"
    user.done("mv", user.id, "More", "--from", "Best")
    assert parents_of(user.node()) == [year, more]
    user.done("unlink", user.id, "More")
    assert parents_of(user.node()) == [year]
    assert user.refused("unlink", user.id, year) == "refused"
    assert parents_of(user.node()) == [year]


def test_a_folder_is_never_put_into_itself(user: User) -> None:
    inner = user.drive.add_folder("Inner", PICTURES)
    for command in ("mv", "link"):
        assert user.refused(command, "Pictures", inner) == "refused"
        assert user.refused(command, "Pictures", "Pictures") == "refused"
    assert parents_of(user.node(PICTURES)) == [ROOT]
    assert user.changes() == []


def test_a_name_that_is_taken_in_the_other_folder_is_told(user: User) -> None:
    folder = user.drive.add_folder("Best")
    user.drive.put(
        {"id": "Other", "name": user.name.lower(), "kind": "FILE", "status": "AVAILABLE", "parents": [folder]}
    )
    year = parents_of(user.node())
    result = user.remote("mv", user.id, "Best")
    assert result.reasons == ["name_taken"]
    assert user.name.lower() in result.errors[0]["error"]
    assert parents_of(user.node()) == year


def test_nothing_is_moved_to_what_is_no_folder(user: User) -> None:
    trashed = user.drive.add_folder("Old")
    user.drive.say(trashed, status="TRASH")
    for folder in (user.path, "Nowhere", trashed):
        assert user.remote("mv", user.id, folder).exit == Exit.USAGE
    assert user.changes() == []


# Names


def test_a_file_gets_another_name(user: User) -> None:
    user.done("rename", user.path, "Sunset & sea.JPG")
    assert user.node()["name"] == "Sunset & sea.JPG"
    assert (
        user.sandbox.run("pull", "drive").exit,
        user.simulator.tree()[f"{user.path.rpartition('/')[0]}/Sunset & sea.JPG"],
    ) == (
        Exit.OK,
        user.md5,
    )


def test_a_name_that_differs_in_case_alone_is_written_by_way_of_another(user: User) -> None:
    user.simulator.faults.conflicts_with_itself = Fault()
    other = user.name.swapcase()
    user.done("rename", user.id, other)
    assert user.node()["name"] == other


def test_a_name_is_not_taken_from_another_file(user: User) -> None:
    year = parents_of(user.node())[0]
    user.drive.put({"id": "Other", "name": "Taken.jpg", "kind": "FILE", "status": "AVAILABLE", "parents": [year]})
    assert user.refused("rename", user.id, "taken.JPG") == "name_taken"
    assert user.node()["name"] == user.name


@pytest.mark.parametrize("name", ["", "a/b", "x" * 281, ".."])
def test_a_name_that_the_service_refuses_is_not_sent(user: User, name: str) -> None:
    assert user.remote("rename", user.id, name).exit == Exit.USAGE
    assert user.changes() == []


def test_an_answer_that_is_lost_is_no_failure(user: User) -> None:
    user.simulator.faults.lost_answer = Fault(times=1)
    user.drive.add_folder("Best")
    user.done("mv", user.id, "Best")
    assert f"Best/{user.name}" in user.simulator.tree()


# Labels, descriptions, properties


def test_labels_are_added_and_taken_away(user: User) -> None:
    user.done("label", user.id, "sea", "sun", "sea")
    assert user.node()["labels"] == ["sea", "sun"]
    user.done("label", user.id, "sky", "--remove", "sun")
    assert user.node()["labels"] == ["sea", "sky"]
    assert user.remote("label", user.id, "sky").number("unchanged") == 1
    assert user.refused("label", user.id, *(f"label {number}" for number in range(9))) == "refused"
    user.done("label", user.id, "last", "--clear")
    assert user.node()["labels"] == ["last"]
    assert user.remote("label", user.id, "x" * 257).exit == Exit.USAGE


def test_a_folder_has_labels_too(user: User) -> None:
    user.done("label", "Pictures", "family")
    assert user.node(PICTURES)["labels"] == ["family"]
    assert user.remote("label", "Pictures", "family").number("unchanged") == 1


def test_a_description_is_written_and_removed(user: User) -> None:
    user.done("describe", user.path, "By the sea: 'über' {all}")
    assert user.node()["description"] == "By the sea: 'über' {all}"
    user.done("describe", user.path, "")
    assert user.node()["description"] == ""
    assert user.remote("describe", user.path, "x" * 501).exit == Exit.USAGE


def test_properties_are_set_shown_and_deleted(user: User) -> None:
    user.done("property", user.id, "mtime", "1420070400")
    user.done("property", user.id, "mtime", "1420070401")
    user.done("property", user.id, "source", "camera")
    owned = user.simulator.changes.properties[user.id, "simulator"]
    assert owned == {"mtime": "1420070401", "source": "camera"}
    shown = user.sandbox.run("remote", "property", "drive", user.id)
    assert [(each["key"], each["value"]) for each in shown.objects] == [("mtime", "1420070401"), ("source", "camera")]
    assert user.sandbox.text("remote", "property", "drive", user.id, "source") == "source=camera\n"
    user.done("property", user.id, "mtime", "--delete")
    assert owned == {"source": "camera"}
    assert user.sandbox.run("remote", "property", "drive", user.id, "mtime").exit == Exit.USAGE
    assert user.remote("property", user.id, "not-a-key", "x").exit == Exit.USAGE


# Contents


def test_a_content_is_replaced_if_the_library_has_the_old_one(user: User) -> None:
    assert user.sandbox.run("pull", "drive").exit == Exit.OK
    user.drive.say(user.id, labels=["kept"])
    before = user.simulator.tree()
    new = user.sandbox.folder / "new.jpg"
    new.write_bytes(b"\xff\xd8\xff another content")
    user.done("overwrite", user.path, str(new))
    assert user.simulator.tree() == {**before, user.path: md5(new.read_bytes())}
    assert user.node()["labels"] == ["kept"]
    assert user.remote("overwrite", user.path, str(new)).number("unchanged") == 1


def test_a_content_that_is_not_saved_is_not_replaced(user: User) -> None:
    new = user.sandbox.folder / "new.jpg"
    new.write_bytes(b"\xff\xd8\xff another content")
    for command in (["overwrite", user.path, str(new)], ["truncate", user.path]):
        assert user.refused(*command) == "not_saved"
    assert user.simulator.tree()[user.path] == user.md5
    assert user.sandbox.run("pull", "drive").exit == Exit.OK
    saved = next(path for path in user.sandbox.files() if md5(path.read_bytes()) == user.md5)
    saved.write_bytes(saved.read_bytes()[:-1] + b"x")
    for command in (["overwrite", user.path, str(new)], ["truncate", user.path]):
        assert user.refused(*command) == "damaged"
    assert user.simulator.tree()[user.path] == user.md5
    user.done("overwrite", user.path, str(new), "--even-if-not-saved")
    assert user.simulator.tree()[user.path] == md5(new.read_bytes())


def test_a_content_comes_from_standard_input(user: User) -> None:
    content = b"\xff\xd8\xff from a stream"
    user.done("overwrite", user.id, "-", "--even-if-not-saved", stdin=content)
    assert user.simulator.tree()[user.path] == md5(content)


def test_files_are_emptied(user: User) -> None:
    assert user.sandbox.run("pull", "drive").exit == Exit.OK
    user.done("truncate", user.path)
    assert user.simulator.tree()[user.path] == md5(b"")
    assert user.remote("truncate", user.path).number("unchanged") == 1


def test_a_transfer_that_breaks_off_is_repeated(user: User) -> None:
    user.simulator.faults.broken_transfer = Fault(times=2)
    user.done("overwrite", user.id, "-", "--even-if-not-saved", stdin=b"\xff\xd8\xff content")
    assert user.simulator.tree()[user.path] == md5(b"\xff\xd8\xff content")


def test_an_answer_that_is_lost_after_the_content_is_looked_up(user: User) -> None:
    user.simulator.faults.lost_answer = Fault(times=1)
    user.simulator.forget()
    user.done("overwrite", user.id, "-", "--even-if-not-saved", stdin=b"\xff\xd8\xff content")
    assert user.simulator.counts["PUT /cdproxy/nodes/{id}/content"] == 1


def test_a_content_that_did_not_arrive_whole_is_told(user: User) -> None:
    user.simulator.faults.short_store = Fault()
    result = user.remote("overwrite", user.id, "-", "--even-if-not-saved", stdin=b"\xff\xd8\xff content")
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["size_mismatch"])


# What all of them have


@pytest.mark.parametrize(
    "arguments",
    [
        ["mkdir", "New"],
        ["mv", "FILE", "Pictures"],
        ["rename", "FILE", "new.jpg"],
        ["link", "FILE", "Pictures"],
        ["describe", "FILE", "text"],
        ["label", "FILE", "label"],
        ["property", "FILE", "key", "value"],
        ["truncate", "FILE", "--even-if-not-saved"],
    ],
)
def test_nothing_is_sent_without_consent_or_in_a_dry_run(user: User, arguments: list[str]) -> None:
    command, *rest = [user.id if each == "FILE" else each for each in arguments]
    before = user.node(), user.simulator.tree()
    assert user.sandbox.run("remote", command, "drive", *rest).exit == Exit.USAGE
    result = user.sandbox.run("remote", command, "drive", *rest, "--dry-run")
    assert (result.exit, result.number("changed"), result.objects[0]["result"]) == (Exit.OK, 1, "would_change")
    assert (user.node(), user.simulator.tree()) == before
    assert user.changes() == []


def test_what_is_nowhere_in_the_trash_or_the_root_is_refused_alone(user: User) -> None:
    user.drive.add_folder("Best")
    trashed = user.drive.add_folder("Old")
    user.drive.say(trashed, status="TRASH")
    result = user.remote("mv", "No/such.jpg", trashed, "/", user.id, "Best")
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["not_found", "in_trash", "refused"])
    assert f"Best/{user.name}" in user.simulator.tree()


def test_a_sign_in_that_may_only_read_is_told_so(tmp_path: Path) -> None:
    with CloudDriveSimulator(items=1, scopes="clouddrive:read_all") as simulator:
        sandbox = Sandbox(tmp_path)
        configure(sandbox, simulator)
        result = sandbox.run("remote", "mkdir", "drive", "New", "--yes")
        assert result.exit == Exit.AUTH, result
        assert simulator.drive.holder(ROOT, "New") is None


# Uploads that have not ended


def test_an_unfinished_upload_is_made_available(user: User) -> None:
    user.drive.say(user.id, status="PENDING")
    assert user.refused("rename", user.id, "new.jpg") == "not_ready"
    user.done("available", user.id)
    assert user.node()["status"] == "AVAILABLE"
    assert user.remote("available", user.id, user.path).number("unchanged") == 1


def test_what_is_in_the_trash_is_not_made_available(user: User) -> None:
    user.drive.say(user.id, status="TRASH")
    assert user.refused("available", user.id) == "in_trash"
    assert user.refused("available", "nowhere") == "not_found"
    assert user.node()["status"] == "TRASH"
