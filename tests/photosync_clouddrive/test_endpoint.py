"""Where the drive is: the endpoint that the service names (section 2.1)."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photosync.errors import ProviderError, SignInError, TemporaryError
from photosync.testing import Fault
from photosync.transport import Transport, TransportSettings
from photosync_clouddrive.endpoints import DRIVE, EndpointCache
from photosync_clouddrive.simulator import CloudDriveSimulator

if TYPE_CHECKING:
    from tests.photosync_clouddrive.conftest import Account


def test_the_endpoint_is_asked_for_once_in_three_days(simulator: CloudDriveSimulator, account: Account) -> None:
    route = "GET /drive/v1/account/endpoint"
    for _ in range(3):
        account.listing()
    assert simulator.counts[route] == 1
    cache = account.state / "endpoint.json"
    content = json.loads(cache.read_text())
    assert 259_000 < content["exp_time"] - cache.stat().st_mtime < 259_300
    cache.write_text(json.dumps({**content, "exp_time": 5}))
    account.listing()
    cache.write_text("{")
    account.listing()
    assert simulator.counts[route] == 3
    ahead = 10 * 365 * 86_400  # of a clock that was wrong
    cache.write_text(json.dumps({**content, "exp_time": content["exp_time"] + ahead}))
    account.listing()
    assert simulator.counts[route] == 4


def test_a_missing_slash_is_added(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.endpoint = {"metadataUrl": f"{simulator.url_of('metadata')}/drive/v1"}
    assert len(account.listing().items) == 60


def test_an_account_without_a_drive(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.endpoint = {"customerExists": False}
    with pytest.raises(SignInError, match=r"never used Amazon Drive .*Open Amazon Drive once in a browser"):
        account.listing()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://drive.evil.example/drive/v1/", "https://drive.evil.example"),
        ("http://cdws.us-east-1.amazonaws.com/drive/v1/", "http://cdws.us-east-1.amazonaws.com"),
        ("https://amazonaws.com.evil.example/", "evil.example"),
        ("https://evilamazonaws.com/", "evilamazonaws"),
        ("https://user@cdws.amazonaws.com/", "cdws"),
        ("https://cdws.amazonaws.com:8443@evil.example/", "evil"),
        ("ftp://cdws.amazonaws.com/", "ftp"),
        ("https://mine.s3.amazonaws.com/", "mine"),
        ("https://mine.s3.us-east-1.amazonaws.com/", "mine"),
        ("https://s3.us-east-1.amazonaws.com/cdws/", "s3"),
        ("https://abc123.execute-api.us-east-1.amazonaws.com/drive/v1/", "abc123"),
        ("https://cdws.us-east-1.elb.amazonaws.com/", "cdws"),
        ("https://ec2-203-0-113-7.compute-1.amazonaws.com/", "ec2"),
        ("https://cdws.s3.amazonaws.com/", "cdws"),
        ("https://www.amazon.zip/", "amazon.zip"),
        ("https://169.254.169.254/", "169"),
    ],
)
@pytest.mark.parametrize("key", ["metadataUrl", "contentUrl"])
def test_a_foreign_endpoint_gets_no_token(
    simulator: CloudDriveSimulator, account: Account, url: str, shown: str, key: str
) -> None:
    simulator.endpoint = {key: url}
    with pytest.raises(ProviderError, match=f"{shown}.* as its {key}. Nothing was sent there"):
        account.listing()
    assert not (account.state / "endpoint.json").exists()
    assert simulator.counts["total"] == 1


@pytest.mark.parametrize(
    "host",
    ["cdws.us-east-1.amazonaws.com", "content-na.drive.amazonaws.com", "drive.amazonaws.com", "www.amazon.co.uk"],
)
def test_the_hosts_of_the_service_are_trusted(tmp_path: Path, host: str) -> None:
    stored = {"metadataUrl": f"https://{host}/drive/v1/", "contentUrl": f"https://{host}/cdproxy/"}
    path = tmp_path / "endpoint.json"
    path.write_text(json.dumps({**stored, "exp_time": time.time() + 60, "drive": DRIVE}))
    transport = Transport(TransportSettings(own_hosts=()))
    assert EndpointCache("drive", path, DRIVE, ()).get(transport).metadata == stored["metadataUrl"]


def test_an_endpoint_that_says_nothing(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.endpoint = {"contentUrl": None}
    with pytest.raises(ProviderError, match="did not say its contentUrl"):
        account.listing()


def test_a_throttled_endpoint_is_asked_again(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.faults.throttle = Fault(times=2, on="other")
    assert len(account.listing().items) == 60


def test_a_client_that_is_not_allowed(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.faults.not_allowed = Fault()
    with pytest.raises(SignInError, match=r"issued a token and does not let it in .*'clouddrive:read_all'"):
        account.listing()


def test_a_front_end_that_fails_is_asked_again(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.faults.front_end = Fault(times=2)
    assert len(account.listing().items) == 60
    simulator.faults.front_end = Fault()
    with pytest.raises(TemporaryError, match="front end fails"):
        account.listing()
