"""The queries for checks of files."""

from contextlib import closing
from pathlib import Path

from photosync.catalog import Area, Catalog, SavedFile, opening
from photosync.model import Digest, Item, Kind, Location


def steps_to_read_all(path: Path, count: int) -> int:
    """SQLite's steps, in hundreds, to read every file of a catalog."""
    connection, steps = opening.to_write(path), 0

    def note() -> int:
        nonlocal steps
        steps += 1
        return 0

    with closing(Catalog(connection)) as catalog:
        run = catalog.begin_run("pull", "amazon")
        with catalog.transaction():
            for number in range(count):
                item = Item(id=str(number), name="a.jpg", kind=Kind.PHOTO)
                location = Location("", f"amazon/{number:06}.jpg")
                stored = SavedFile(item, location, Digest(3, "m", "d"), stored_size=3, stored_sha256="s")
                catalog.record_saved("amazon", run, [stored])
        connection.set_progress_handler(note, 100)
        read = [each.id for each in catalog.checks.files(Area(""))]
    assert read == [str(number) for number in range(count)]
    return steps


def test_ten_times_the_files_take_ten_times_the_work(tmp_path: Path) -> None:
    small, large = steps_to_read_all(tmp_path / "small.db", 1_000), steps_to_read_all(tmp_path / "large.db", 10_000)
    assert large < 11 * small
