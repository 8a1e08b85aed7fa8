"""The token of a push: that no log shows it, and that one from elsewhere may allow everything."""

from __future__ import annotations

import json
from pathlib import Path

from photosync.errors import Exit
from photosync.testing import Fault
from tests.photosync_google.google_user import GoogleUser
from tests.photosync_google.push.pushed_photos import MANY


def test_no_secret_is_in_any_log(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY[:5])
        someone.video("Photos/MVI_1.MP4", 20_000_000)
        faults = someone.simulator.faults
        faults.broken_piece = Fault(value=100, times=1)
        faults.throttle = Fault(times=2, on="upload")
        faults.token_old = Fault(items={"IMG_2.JPG"})
        consent = someone.simulator.consent
        first = consent.uploading.access
        consent.end_access(consent.uploading)
        log = tmp_path / "log"
        result = someone.push(someone.folder, "-vv", "--log-file", str(log))
        assert result.exit == Exit.PARTIAL, result
        receiver = someone.simulator.uploads.receiver
        assert len(receiver.tokens) > 5
        assert len(receiver.sessions) == 1
        secrets = [first, consent.uploading.access, consent.uploading.refresh_token, consent.client_secret]
        secrets += [*receiver.tokens, *receiver.sessions]
        for text in (result.stderr, result.stdout, log.read_text()):
            assert [secret for secret in secrets if secret in text] == []
        for file in (tmp_path / "library").rglob("*"):
            if file.is_file():
                assert not any(secret.encode() in file.read_bytes() for secret in secrets), file


def test_a_token_from_elsewhere_that_allows_both(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        consent = someone.simulator.consent
        both = {
            **consent.token_file(grant=consent.uploading),
            "scopes": [consent.picking.scope, consent.uploading.scope],
        }
        (tmp_path / "both.json").write_text(json.dumps(both))
        del someone.settings["upload_token"]
        someone.settings["token"] = str(tmp_path / "both.json")
        someone.configure()
        someone.photos("a.jpg")
        assert someone.push(str(someone.mine)).number("saved") == 1
        someone.settings["token"] = str(someone.simulator.folder / "token.json")
        someone.configure()
        someone.photos("b.jpg")
        assert someone.push(str(someone.mine)).exit == 4
