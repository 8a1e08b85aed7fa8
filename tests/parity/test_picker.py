"""What the Google Photos Picker program does, with our command: rows of docs/parity.md that no other test holds."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import piexif

from photosync.testing.command import Sandbox
from photosync_google.simulator import GoogleSimulator
from tests.photosync_google.google_user import GoogleUser


def test_everything_that_was_picked_comes_in_pages_and_whole(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 130) as someone:
        assert someone.pick().number("saved") == 130
        assert someone.all_there()
        requests = someone.simulator.requests
        made = [each for each in requests if (each.method, urlsplit(each.path).path) == ("POST", "/v1/sessions")]
        (request_id,) = parse_qs(urlsplit(made[0].path).query)["requestId"]
        assert str(UUID(request_id)) == request_id
        assert someone.simulator.counts["list"] >= 2
        assert someone.simulator.picker.open_sessions == []


def test_another_artist_is_written_over(tmp_path: Path) -> None:
    with GoogleSimulator(items=30, gaps=False) as simulator:
        sandbox = Sandbox(tmp_path)
        pick = ("pick", "google", "--no-browser")
        for artist, settings in (("Bob", {}), ("Ada", {"overwrite": ["artist"]})):
            sandbox.configure({"google": simulator.account_settings()}, exif="fix", artist=artist, **settings)
            assert sandbox.run(*pick).exit == 0
            assert sandbox.run("fix", str(sandbox.library)).number("failed") == 0
        jpegs = [path for path in sandbox.files() if path.read_bytes()[:3] == b"\xff\xd8\xff"]
        assert jpegs
        assert {piexif.load(str(path))["0th"].get(piexif.ImageIFD.Artist) for path in jpegs} == {b"Ada"}
        assert sandbox.run("fix", str(sandbox.library), "--undo").exit == 0
        assert set(sandbox.hashes()) == {item.md5 for item in simulator.library.expected()}


def test_a_file_has_the_time_of_its_creation(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 20) as someone:
        assert someone.pick().number("saved") == 20
        rows = [each for each in someone.run("list", "google", "--saved").objects if "path" in each]
        taken = {item.id: item.taken for item in someone.simulator.library.expected() if item.taken}
        assert taken
        for row in rows:
            if moment := taken.get(str(row["id"])):
                path = someone.sandbox.library / str(row["path"])
                assert int(path.stat().st_mtime) == int(moment.replace(tzinfo=UTC).timestamp())
