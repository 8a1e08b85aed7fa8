"""Files get the time of the capture, where the file system can hold it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from photosync.metadata import set_file_time


def test_the_file_time_is_set(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.touch()
    set_file_time(file, datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC))
    assert file.stat().st_mtime == 981173106


def test_a_file_time_of_a_missing_file_is_an_error_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        set_file_time(tmp_path / "nowhere", datetime(2001, 1, 1, tzinfo=UTC))
    assert Path(caught.value.filename) == tmp_path / "nowhere"


def test_a_time_that_the_file_system_cannot_hold_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.touch()
    before = file.stat().st_mtime
    set_file_time(file, datetime(1826, 1, 1, tzinfo=UTC))
    assert file.stat().st_mtime < 0 or file.stat().st_mtime == before
