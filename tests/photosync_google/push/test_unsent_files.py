"""Files that are not sent, or whose bytes Google does not take."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.errors import Exit
from tests.photosync_google.google_user import GoogleUser
from tests.photosync_google.push.pushed_photos import FEW, ended_well


@pytest.mark.parametrize(("fault", "reason"), [("refused_upload", "refused"), ("no_token", "bad_answer")])
def test_bytes_that_google_does_not_take(tmp_path: Path, fault: str, reason: str) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*FEW)
        someone.simulator.faults.set(fault, {"times": 1})
        result = someone.push(someone.folder)
        assert (result.exit, result.reasons) == (Exit.PARTIAL, [reason]), result
        assert result.number("saved") == 2


def test_a_dry_run_changes_nothing_and_asks_nothing(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*FEW)
        someone.upload_token_path.unlink()
        result = someone.push(someone.folder, "--to", "Best of", "--dry-run")
        ended_well(result, saved=3)
        assert someone.simulator.counts["total"] == 0


def test_what_google_does_not_take_is_not_sent(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        folder = someone.mine / "Photos"
        folder.mkdir(parents=True)
        for name, head, size_bytes in (
            ("large.jpg", b"\xff\xd8\xff\xe0", 200 * 1024**2 + 1),
            ("large.mp4", b"\0\0\0\x18ftypmp42", 20 * 1024**3 + 1),
            ("film.webm", b"\x1aE\xdf\xa3", 100),
            ("layers.psd", b"8BPS", 101),
            ("letter.pdf", b"%PDF-", 102),
            ("empty.jpg", b"", 0),
        ):
            with (folder / name).open("wb") as file:
                file.write(head)
                file.truncate(size_bytes)
        result = someone.push(someone.folder, "--all-files", "--dry-run")
        assert result.exit == Exit.PARTIAL, result
        reasons = {Path(error["name"]).name: error["reason"] for error in result.errors}
        assert reasons == {
            "large.jpg": "too_large",
            "large.mp4": "too_large",
            "film.webm": "unsupported",
            "layers.psd": "unsupported",
            "letter.pdf": "unsupported",
            "empty.jpg": "unsupported",
        }
        assert someone.simulator.counts["total"] == 0
