"""The uploader by itself, where a whole run would have to wait."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from photosync.errors import ItemError, LostAnswerError, NameTakenError, Reason
from photosync.jobs.push.local_file import LocalFile
from photosync.provider import UploadRequest
from photosync.testing import Fault
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.uploads import CloudDriveUploader
from tests.photosync_clouddrive.conftest import Account
from tests.photosync_clouddrive.push.drive_user import photo


@pytest.fixture
def uploader(account: Account) -> CloudDriveUploader:
    return account.open().uploader(UploadRequest())


def local(tmp_path: Path, name: str = "IMG_1.JPG") -> LocalFile:
    path = tmp_path / name
    path.write_bytes(photo())
    return LocalFile(path, ("Holiday",))


@pytest.mark.parametrize("fault", ["broken_transfer", "front_end"])
def test_a_transfer_that_broke_may_be_sent_again(
    simulator: CloudDriveSimulator, uploader: CloudDriveUploader, tmp_path: Path, fault: str
) -> None:
    file = local(tmp_path)
    uploader.prepare([file])
    simulator.faults.set(fault, {"times": 1, "on": "upload"})
    with pytest.raises(LostAnswerError):
        uploader.send(file)
    assert uploader.find(file) is None
    sent = uploader.send(file)
    assert sent.item is not None
    assert (sent.item.md5, sent.was_there) == (file.digest().md5, False)


def test_the_answer_tells_what_a_listing_would(
    account: Account, simulator: CloudDriveSimulator, uploader: CloudDriveUploader, tmp_path: Path
) -> None:
    file = local(tmp_path)
    uploader.prepare([file])
    sent = uploader.send(file)
    assert sent.item is not None
    assert account.listing().items == {sent.item.id: sent.item}
    assert uploader.find(file) == sent.item
    assert uploader.finish([sent]) == [sent]


def test_an_answer_that_tells_no_hash_is_asked_for_it(
    simulator: CloudDriveSimulator, uploader: CloudDriveUploader, tmp_path: Path
) -> None:
    file = local(tmp_path)
    uploader.prepare([file])
    simulator.faults.bare_answer = Fault()
    sent = uploader.send(file)
    assert sent.item is not None
    assert (sent.item.md5, sent.item.folder) == (file.digest().md5, "Holiday")


def test_a_conflict_with_ones_own_lost_file(
    simulator: CloudDriveSimulator, uploader: CloudDriveUploader, tmp_path: Path
) -> None:
    file = local(tmp_path)
    uploader.prepare([file])
    simulator.faults.late_upload = Fault(value=3600, times=1)
    with pytest.raises(LostAnswerError):
        uploader.send(file)
    assert uploader.find(file) is None
    with pytest.raises(LostAnswerError, match="not ready"):  # the name is taken, by what cannot be seen
        uploader.send(file)
    (lost,) = simulator.drive.hidden
    simulator.uploads.appear(lost)
    simulator.faults.hashless = Fault()
    sent = uploader.send(file)
    assert (sent.was_there, sent.item is not None) == (False, True)
    assert simulator.tree() == {"Holiday/IMG_1.JPG": file.digest().md5}


@pytest.mark.parametrize("name", ["a" * 281, "", "a/b.jpg", "nul\0.jpg"])
def test_names_that_no_file_can_have_there(
    simulator: CloudDriveSimulator, uploader: CloudDriveUploader, tmp_path: Path, name: str
) -> None:
    with pytest.raises(ItemError, match="cannot be called") as caught:
        uploader.find(local(tmp_path).renamed(name))
    assert caught.value.reason is Reason.REFUSED
    assert simulator.counts["changes"] == 0


def test_a_name_that_the_service_alone_refuses(uploader: CloudDriveUploader, tmp_path: Path) -> None:
    file = local(tmp_path).renamed("a" * 281)
    uploader.prepare([file])
    with pytest.raises(ItemError, match="does not take the name"):
        uploader.send(file)


def test_nothing_is_written_over(simulator: CloudDriveSimulator, uploader: CloudDriveUploader, tmp_path: Path) -> None:
    first, second = local(tmp_path), local(tmp_path, "other.JPG").renamed("img_1.jpg")
    uploader.prepare([first, second])
    uploader.send(first)
    with pytest.raises(NameTakenError, match=r"as 'IMG_1\.JPG'"):
        uploader.send(second)
    assert simulator.tree() == {"Holiday/IMG_1.JPG": first.digest().md5}


def test_how_long_a_lost_file_is_looked_for_is_a_setting(account: Account) -> None:
    assert account.open().uploader(UploadRequest()).wait_s == 60
    assert account.open(upload_wait="5m").uploader(UploadRequest()).wait_s == 300
    assert account.open(upload_wait=1.5).uploader(UploadRequest()).wait_s == 1.5
    with pytest.raises(ValidationError, match="expected a duration"):
        account.open(upload_wait="soon")
