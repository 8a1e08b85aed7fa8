"""Tokens while pushing: when they are refreshed, and that no log shows one."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from photosync.errors import SignInError
from photosync.provider import Interaction
from photosync.provider_kit.tokens import TokenFile
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_clouddrive.auth import REQUIRED, CloudDriveAuth
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.photosync_clouddrive.person import TOKEN
from tests.photosync_clouddrive.push.drive_user import DriveUser, md5, photo


def test_a_token_that_ends_in_mid_run(tmp_path: Path) -> None:
    with CloudDriveSimulator(items=0, token_uses=15) as simulator:
        user = DriveUser(simulator, Sandbox(tmp_path))
        user.configure()
        laid = {f"Holiday/IMG_{number}.JPG": md5(user.lay(f"IMG_{number}.JPG")) for number in range(20)}
        simulator.tokens.uses = None  # what a refresh gives lasts
        assert user.push().exit == 0
        assert user.there() == laid
        assert (simulator.counts["401"] > 0, simulator.counts[TOKEN]) == (True, 1)


def test_a_token_is_refreshed_before_it_could_end_in_mid_upload(user: DriveUser) -> None:
    token = json.loads(user.simulator.token_file.read_text())
    user.simulator.token_file.write_text(json.dumps({**token, "exp_time": time.time() + 330}))
    user.lay("small.JPG")
    assert user.push().exit == 0
    assert user.simulator.counts[TOKEN] == 0
    user.lay("large.JPG", photo() + bytes(50_000_000))
    assert user.push().exit == 0
    assert user.simulator.counts[TOKEN] == 1
    user.lay("another.JPG", photo() + bytes(51_000_000))
    assert user.push().exit == 0
    assert user.simulator.counts[TOKEN] == 1, "a new token is good enough for anything"


class NoSource:
    """Where no token can be had."""

    asked = 0

    def refresh(self, refresh_token: str) -> Mapping[str, object]:
        self.asked += 1
        raise SignInError("no source")

    def sign_in(self, interaction: Interaction, scopes: Sequence[str]) -> Mapping[str, object]:
        raise SignInError("no source")


def test_no_token_has_to_last_longer_than_tokens_do(simulator: CloudDriveSimulator) -> None:
    source = NoSource()
    auth = CloudDriveAuth("drive", TokenFile(simulator.token_file, account="drive", required=REQUIRED), source)
    auth.last(1_000_000)
    assert source.asked == 0
    token = json.loads(simulator.token_file.read_text())
    simulator.token_file.write_text(json.dumps({**token, "exp_time": time.time() + 2000}))
    auth.last(500)
    assert source.asked == 0
    with pytest.raises(SignInError):
        auth.last(1_000_000)
    assert source.asked == 1


def test_an_expiry_inside_a_400(user: DriveUser) -> None:
    content = user.lay("IMG_1.JPG")
    user.simulator.faults.wrapped_expiry = Fault(times=1)
    assert user.push().exit == 0
    assert user.there() == {"Holiday/IMG_1.JPG": md5(content)}
    assert user.simulator.counts[TOKEN] == 1
    user.lay("IMG_2.JPG")
    user.simulator.faults.wrapped_expiry = Fault()
    result = user.push()
    assert (result.exit, "photosync login drive" in str(result.summary)) == (4, True), result


def test_no_token_is_in_any_log(user: DriveUser, tmp_path: Path) -> None:
    token = json.loads(user.simulator.token_file.read_text())
    user.simulator.token_file.write_text(json.dumps({**token, "exp_time": time.time() + 10}))
    user.lay("IMG_1.JPG")
    result = user.push("-vv", "--log-file", str(tmp_path / "log"))
    assert result.exit == 0, result
    after = json.loads(user.simulator.token_file.read_text())
    assert after["access_token"] != token["access_token"]
    shown = result.stdout + result.stderr + (tmp_path / "log").read_text()
    assert not any(secret in shown for secret in (token["access_token"], after["access_token"], after["refresh_token"]))
