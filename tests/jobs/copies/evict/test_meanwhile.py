"""What a user, a disk or another place does while `photosync evict` runs."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync.units import format_size
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.evict.runs import (
    ALL,
    FIRST,
    SECOND,
    configure_copies,
    dated,
    evict,
    listed,
    one_byte,
    photos,
    place,
    verify,
)
from tests.jobs.copies.places import serving
from tests.jobs.killed_runs import check_lists
from tests.terminal import talk


def test_ctrl_c_at_the_question_ends_the_command(sandbox: Sandbox) -> None:
    before = photos(sandbox)
    status, said = ask(sandbox, ("from this disk?", "\x03"))
    assert status == Exit.INTERRUPTED, said
    assert photos(sandbox) == before


@pytest.mark.parametrize("answer", ["n", "", "yes"])
def test_the_user_is_asked(sandbox: Sandbox, answer: str) -> None:
    before, wanted = photos(sandbox), dated(sandbox)
    size = format_size(sum(len(before[path]) for path in wanted))
    question = f"Remove {len(wanted)} files ({size}) of the library from this disk?"
    status, said = ask(sandbox, (question, f"{answer}\n"))
    assert status == 0, said
    assert ("nothing was removed" in said) == (answer != "yes")
    assert set(photos(sandbox)) == set(before) - (wanted if answer == "yes" else set())


def ask(sandbox: Sandbox, answer: tuple[str, str | Callable[[], str]]) -> tuple[int, str]:
    """Run `evict` on a terminal."""
    return talk(
        ("--config", str(sandbox.config), "evict", "--since", "1990"),
        [answer],
        folder=sandbox.folder,
        environment=sandbox.environment(),
    )


def test_a_file_that_changes_while_the_user_decides_stays(sandbox: Sandbox) -> None:
    first, second, third, *others = sorted(dated(sandbox))

    def change() -> str:
        one_byte(sandbox.library / first)
        path = sandbox.library / second
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)  # the same, by another program
        (sandbox.library / third).unlink()
        return "y\n"

    status, said = ask(sandbox, ("from this disk?", change))
    assert status == Exit.PARTIAL, said
    left = photos(sandbox)
    assert {first, second} <= set(left)
    assert not set(others).intersection(left)
    assert listed(sandbox, "--state", "offsite").keys() == set(others)
    assert evict(sandbox, *ALL).reasons.count("damaged") == 2
    assert not (sandbox.library / second).exists()


def test_a_copy_that_goes_away_while_the_user_decides(sandbox: Sandbox) -> None:
    before = photos(sandbox)

    def unmount() -> str:
        place(sandbox, SECOND).rename(place(sandbox, "away"))
        return "y\n"

    status, said = ask(sandbox, ("from this disk?", unmount))
    assert status == Exit.DESTINATION, said
    assert str(place(sandbox, SECOND)) in said.replace("\n", "")
    assert photos(sandbox) == before


def test_files_of_a_copy_that_change_while_the_user_decides(sandbox: Sandbox) -> None:
    """What the copy has lost stays here; also what another program wrote anew there, which nobody has read since."""
    first, second, *others = sorted(dated(sandbox))

    def change() -> str:
        (place(sandbox, FIRST) / first).unlink()
        path = place(sandbox, SECOND) / second
        content = path.read_bytes()
        path.write_bytes(content[::-1])
        return "y\n"

    status, said = ask(sandbox, ("from this disk?", change))
    assert status == Exit.PARTIAL, said
    assert set(photos(sandbox)).intersection([first, second, *others]) == {first, second}
    assert listed(sandbox, "--state", "offsite").keys() == set(others)


def test_a_file_of_a_copy_that_gets_shorter_while_the_user_decides(sandbox: Sandbox) -> None:
    """It differs: nothing is removed."""
    before, path = photos(sandbox), place(sandbox, FIRST) / min(dated(sandbox))

    def change() -> str:
        path.write_bytes(path.read_bytes()[:-1])
        return "y\n"

    status, said = ask(sandbox, ("from this disk?", change))
    assert status == Exit.DAMAGE, said
    assert photos(sandbox) == before


def test_a_file_that_cannot_be_removed_stays(sandbox: Sandbox) -> None:
    wanted = sorted(dated(sandbox))
    disk = DiskFaults([DiskFault(f"*/library/{wanted[0]}", errno.EACCES, ["remove"])])
    result = evict(replace(sandbox, disk=disk), *ALL)
    assert (result.exit, result.reasons, result.number("changed")) == (Exit.PARTIAL, ["unwritable"], len(wanted) - 1)
    assert listed(sandbox, "--state", "offsite").keys() == set(wanted[1:])
    check_lists(sandbox)
    assert sandbox.run("verify").exit == 0


def test_a_disk_that_fails(sandbox: Sandbox) -> None:
    """What was not removed is known as before."""
    before, wanted = photos(sandbox), dated(sandbox)
    disk = DiskFaults([DiskFault(f"*/library/{min(wanted)}", errno.EIO, ["remove"])])
    result = evict(replace(sandbox, disk=disk), *ALL)
    assert result.exit == Exit.DESTINATION
    left = set(photos(sandbox))
    assert min(wanted) in left
    assert listed(sandbox, "--state", "offsite").keys() == set(before) - left
    assert result.number("selected") == len(wanted)
    check_lists(sandbox)
    assert evict(sandbox, *ALL).exit == 0


def test_a_file_in_a_copy_that_cannot_be_read(sandbox: Sandbox) -> None:
    before, path = photos(sandbox), min(dated(sandbox))
    disk = DiskFaults([DiskFault(f"*/{SECOND}/{path}", errno.EIO, ["read"])])
    assert evict(replace(sandbox, disk=disk), *ALL).exit == Exit.DAMAGE
    assert photos(sandbox) == before


@pytest.mark.slow
@pytest.mark.parametrize("damage", [None, one_byte])
def test_a_copy_in_an_object_store(
    tmp_path: Path, pulled: Sandbox, simulator: AmazonSimulator, damage: Callable[[Path], None] | None
) -> None:
    """Needs a server of its own, which remembers what it has seen: its checksum tells what differs."""
    sandbox, root = Sandbox(tmp_path / "user"), tmp_path / "s3"
    root.mkdir()
    sandbox.configure({"amazon": simulator.account_settings()}, exif="fix")
    shutil.copytree(pulled.library, sandbox.library)
    folder = place(sandbox, FIRST)
    folder.mkdir()
    with serving(root) as server:
        store = server.place("photos")
        configure_copies(sandbox, first=str(folder), store=store.settings)
        assert sandbox.run("copy").exit == 0
        verify(sandbox, FIRST)
        assert evict(sandbox, *ALL).reasons == ["not_verified"] * len(dated(sandbox))
        verify(sandbox, "store")
    before, path = photos(sandbox), min(dated(sandbox))
    if damage:
        damage(store.folder / path)
    with serving(root) as server:
        configure_copies(sandbox, first=str(folder), store=server.place("photos").settings)
        result = evict(sandbox, *ALL)
    assert result.exit == (Exit.DAMAGE if damage else 0), result
    assert (photos(sandbox) == before) == bool(damage)
    if damage:
        assert "photosync verify --copy store --repair" in result.errors[0]["error"]
    else:
        assert evict(sandbox, *ALL).exit == 0, "nothing is left to ask for"
