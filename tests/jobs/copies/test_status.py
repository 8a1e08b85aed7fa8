"""`status` says how old each copy is, what it lacks, and what is wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

import photosync
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.places import NAME, Place, copied

pytestmark = pytest.mark.parametrize("place", ["folder"], indirect=True)
DAY_S = 86_400


def state(sandbox: Sandbox, *options: str) -> Mapping[str, object]:
    """What `status --json` says of the copy."""
    (found,) = [each for each in sandbox.run("status", *options).objects if each.get("copy") == NAME]
    return found


def lines(sandbox: Sandbox) -> list[str]:
    """What `status` says of the copy."""
    page, start = sandbox.text("status").splitlines(), f"copy '{NAME}': "
    return [line.removeprefix(start) for line in page if line.startswith(start)]


def record(sandbox: Sandbox) -> Path:
    return sandbox.library / ".photosync" / "copies" / f"{NAME}.db"


def change_record(sandbox: Sandbox, *statements: str) -> None:
    """Change what is known of the copy."""
    with closing(sqlite3.connect(record(sandbox))) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def pass_days(sandbox: Sandbox, days: int) -> None:
    """Move the runs and readings of the copy into the past."""
    change_record(
        sandbox,
        f"UPDATE runs SET began_at = began_at - {days * DAY_S}, ended_at = ended_at - {days * DAY_S}",
        f"UPDATE files SET verified_at = verified_at - {days * DAY_S}",
    )


def with_after(sandbox: Sandbox) -> None:
    """Pulls end with the copy."""
    content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
    sandbox.config.write_text(yaml.safe_dump({**content, "after": "copy"}), encoding="utf-8")


def is_other_there(file: Path, sandbox: Sandbox, place: Place) -> bool:
    """Whether the copy does not have the file as it is in the library."""
    there = place.folder / file.relative_to(sandbox.library)
    return not there.exists() or there.read_bytes() != file.read_bytes()


def size_of(files: list[Path]) -> int:
    return sum(each.stat().st_size for each in files)


def test_a_copy_that_was_never_made_lacks_all(sandbox: Sandbox, place: Place) -> None:
    made = [each for each in sandbox.made() if each.name in ("albums.json", "people.json")]
    files = [*sandbox.files(), *made]
    assert state(sandbox) == {
        "copy": NAME,
        **dict.fromkeys(("last_run", "last_exit", "last_message", "last_good", "last_verified", "oldest_reading")),
        **dict.fromkeys(("files", "bytes", "wrong", "unread"), 0),
        "lacking": len(files),
        "lacking_bytes": size_of(files),
    }
    (line,) = lines(sandbox)
    assert line.startswith("never complete; 0 files there (0 bytes); lacks ")
    assert line.endswith(f": photosync copy {NAME}")
    assert not record(sandbox).parent.exists(), "status changes nothing"


def test_a_complete_copy_and_what_came_since(sandbox: Sandbox, place: Place, simulator: AmazonSimulator) -> None:
    copied(sandbox)
    complete = state(sandbox)
    there = place.files()
    assert (complete["files"], complete["bytes"]) == (len(there), sum(map(len, there.values())))
    assert (complete["last_exit"], complete["lacking"], complete["unread"]) == (0, 0, len(sandbox.files()))
    good = datetime.fromisoformat(str(complete["last_good"]))
    assert abs((datetime.now(UTC) - good).total_seconds()) < 600
    pass_days(sandbox, 3)
    assert lines(sandbox)[0].startswith(f"complete 3 days ago; {len(there)} files there (")
    assert lines(sandbox)[0].endswith("; lacks nothing")

    before = set(sandbox.files())
    simulator.library.add(2)
    assert sandbox.run("pull").exit == 0
    fixed = min(before)
    assert sandbox.run("fix", str(fixed), "--set", "artist=Ada Lovelace").exit == 0
    made = [each for each in sandbox.made() if each.name in ("albums.json", "people.json")]  # other tests add albums
    new = [each for each in (*sandbox.files(), *made) if is_other_there(each, sandbox, place)]
    assert {*(set(sandbox.files()) - before), fixed} <= set(new)
    lacking = state(sandbox)
    assert (lacking["lacking"], lacking["lacking_bytes"]) == (len(new), size_of(new))
    assert copied(sandbox).exit == 0
    assert state(sandbox)["lacking"] == 0


def test_when_it_was_read_and_what_is_wrong_there(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    assert sandbox.run("verify", "--copy", NAME).exit == 0
    assert sandbox.run("copy").exit == 0
    read = state(sandbox)
    assert (read["unread"], read["wrong"]) == (0, 0)
    assert read["last_verified"] is not None
    assert read["oldest_reading"] is not None
    assert any(line.startswith("every file was read there; the oldest reading is of 2") for line in lines(sandbox))

    cut, gone = [place.folder / path.relative_to(sandbox.library) for path in sandbox.files()[:2]]
    cut.write_bytes(cut.read_bytes()[:-1])
    gone.unlink()
    assert sandbox.run("verify", "--copy", NAME, "--quick").exit == 10
    assert (state(sandbox)["wrong"], state(sandbox)["unread"]) == (2, 2)
    assert f"2 files there found damaged or missing: photosync verify --copy {NAME} --repair" in lines(sandbox)
    assert sandbox.run("status").exit == 0
    assert sandbox.run("status", "--check", "1d").exit == 10
    assert state(sandbox, "--check", "1d")["exit"] == 10
    assert sandbox.run("verify", "--copy", NAME, "--repair").exit == 0
    assert state(sandbox)["wrong"] == 0
    assert sandbox.run("status", "--check", "1d").exit == 0


def test_a_run_that_failed_is_said(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    pass_days(sandbox, 5)
    hidden = place.folder.rename(place.folder.with_name("unmounted"))
    assert sandbox.run("copy").exit == 6
    failed = state(sandbox)
    assert failed["last_exit"] == 6
    assert "Mount its disk" in str(failed["last_message"])
    page = lines(sandbox)
    assert page[0].startswith("complete 5 days ago; ")
    assert page[1].startswith(f"the last run ended with destination, exit 6: there is no folder {place.folder}")
    hidden.rename(place.folder)
    assert sandbox.run("copy").exit == 0
    assert len(lines(sandbox)) == 2


def test_a_copy_in_another_place_begins_anew(sandbox: Sandbox, place: Place, tmp_path: Path) -> None:
    copied(sandbox)
    (tmp_path / "new disk").mkdir()
    Place(str(tmp_path / "new disk"), tmp_path / "new disk").configure(sandbox)
    photo = sandbox.files()[0]
    photo.write_bytes(photo.read_bytes()[:-1])
    moved = state(sandbox)
    assert (moved["last_good"], moved["files"]) == (None, 0)
    assert isinstance(moved["lacking"], int)
    assert moved["lacking"] >= len(sandbox.files())
    assert lines(sandbox)[0].startswith("never complete in this place, which is another than before; 0 files there ")
    (amazon,) = sandbox.run("coverage").objects
    assert amazon["in_copies"] == {"0": len(sandbox.files()), "1": 0}
    assert copied(sandbox).exit == 3
    began = state(sandbox)
    assert (began["last_exit"], began["last_good"], began["lacking"]) == (3, None, 1)


def test_a_copy_that_is_at_work_or_was_killed(sandbox: Sandbox, place: Place) -> None:
    """What is recorded is read while it is written, and as it was left."""
    process = sandbox.start("copy", "--bwlimit", "5k")
    while process.poll() is None and state(sandbox)["last_run"] is None:
        pass
    at_work = lines(sandbox)
    process.kill()
    process.communicate()
    for page in (at_work, lines(sandbox)):
        assert page[0].startswith("never complete; ")
        assert page[1] == "the last run did not end, or is at work"
    assert not any(line.startswith("every file was read") for line in [*at_work, *lines(sandbox)])
    assert sandbox.run("status", "--check", "1d").exit == 0
    with_after(sandbox)
    assert sandbox.run("status", "--check", "1d").exit == 5
    assert copied(sandbox).exit == 0
    assert sandbox.run("status", "--check", "1d").exit == 0


def test_a_copy_that_was_killed_when_it_had_just_begun(sandbox: Sandbox, place: Place) -> None:
    record(sandbox).parent.mkdir()
    record(sandbox).touch()
    assert (state(sandbox)["last_run"], state(sandbox)["files"]) == (None, 0)
    assert lines(sandbox)[0].startswith("never complete; 0 files there ")
    (amazon,) = sandbox.run("coverage").objects
    assert amazon["in_copies"] == {"0": len(sandbox.files()), "1": 0}
    assert copied(sandbox).exit == 0


def test_a_dry_run_is_no_run(sandbox: Sandbox, place: Place) -> None:
    assert sandbox.run("copy", "--dry-run").exit == 0
    assert state(sandbox)["last_run"] is None


def test_the_age_counts_for_monitoring_where_pulls_end_with_the_copy(sandbox: Sandbox, place: Place) -> None:
    """Another copy, such as that on a disk in a drawer, may be of any age."""
    copied(sandbox)
    pass_days(sandbox, 3)
    assert sandbox.run("status", "--check", "2d").exit == 0
    with_after(sandbox)
    assert sandbox.run("status", "--check", "4d").exit == 0
    stale = sandbox.run("status", "--check", "2d")
    assert (stale.exit, stale.objects[0]["exit"], stale.objects[1]["exit"]) == (5, 0, 5)
    assert f"copy '{NAME}': temporary, exit 5: complete 3 days ago" in stale.stderr
    place.folder.rename(place.folder.with_name("unmounted"))
    assert sandbox.run("pull").exit == 6
    assert sandbox.run("status", "--check", "2d").exit == 6


def test_an_older_record_is_read_and_not_changed(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    lacking = (
        "ALTER TABLE files DROP COLUMN wrong_since",
        "DROP TABLE runs",
        "DROP TABLE place",
        "PRAGMA user_version = 0",
    )
    change_record(sandbox, *lacking)
    before = record(sandbox).read_bytes()
    older = state(sandbox)
    assert (older["last_good"], older["files"], older["lacking"]) == (None, len(place.files()), 0)
    assert record(sandbox).read_bytes() == before
    assert (copied(sandbox).number("saved"), state(sandbox)["last_exit"]) == (0, 0)


def test_a_damaged_record_is_said_and_the_rest_is_shown(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    record(sandbox).write_bytes(b"no database" * 1000)
    status = sandbox.run("status")
    assert (status.exit, [each.get("account") for each in status.objects]) == (0, ["amazon"])
    assert str(record(sandbox)) in status.stderr
    assert sandbox.run("status", "--check", "1d").exit == 6


@pytest.mark.parametrize("value", ["exit = 99", "exit = 'ok'", "began_at = 1e300", "began_at = 'today'"])
def test_a_record_with_a_value_that_cannot_be_is_damaged(sandbox: Sandbox, place: Place, value: str) -> None:
    copied(sandbox)
    change_record(sandbox, f"UPDATE runs SET {value}")
    status = sandbox.run("status", "--check", "1d")
    assert (status.exit, str(record(sandbox)) in status.stderr) == (6, True)


def test_a_program_gets_the_same(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    with photosync.open(sandbox.config) as ps:
        assert ps.status()[-1] == state(sandbox)
