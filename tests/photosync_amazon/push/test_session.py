"""The session at the upload host."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.testing import Fault
from photosync_amazon.settings import AmazonSettings
from photosync_amazon.simulator import AmazonSimulator
from tests.photosync_amazon.push.uploader import THERE, Uploader, photo


@pytest.mark.parametrize("fault", ["expired", "sign_in_page", "sign_in_redirect"])
def test_cookies_that_expire_in_mid_run(user: Uploader, simulator: AmazonSimulator, fault: str) -> None:
    wanted = user.write({f"Holiday/IMG_{number}.JPG": photo(number) for number in range(12)})
    setattr(simulator.faults, fault, Fault(after=5, on="upload"))
    result = user.push("Holiday", "--jobs", "2")
    assert result.exit == 4, result
    assert "account 'amazon'" in result.stderr
    assert "/amazon.html" in result.stderr
    assert len(simulator.uploads.tree()) == 5 == result.number("saved")
    setattr(simulator.faults, fault, None)
    again = user.push("Holiday")
    assert (again.exit, user.numbers(again)) == (0, (7, 5, 0, 0))
    assert (simulator.uploads.tree(), len(simulator.library)) == (wanted, THERE + 12)


def test_a_session_is_renewed_on_the_way_up(tmp_path: Path) -> None:
    with AmazonSimulator(items=0, renewable=True) as simulator:
        user = Uploader(tmp_path, simulator)
        wanted = user.write({f"Holiday/IMG_{number}.JPG": photo(number) for number in range(3)})
        simulator.faults.expired = Fault(times=1, on="upload")
        assert user.push("Holiday").exit == 0
        assert simulator.uploads.tree() == wanted


@pytest.mark.parametrize("cookie", ["session-id", "at-main"])
def test_the_upload_host_wants_the_cookies_too(user: Uploader, simulator: AmazonSimulator, cookie: str) -> None:
    user.write({"IMG_1.JPG": photo(1)})
    settings = simulator.account_settings()
    other = AmazonSimulator(items=0, seed=9)
    with other:
        endpoints = {**settings["endpoints"], "upload": f"{other.url}/cdproxy/nodes"}  # type: ignore[dict-item]
        user.sandbox.configure({"amazon": {**settings, "endpoints": endpoints}})
        result = user.push("IMG_1.JPG")
        assert result.exit == 4, result
        assert "no longer accepts the cookies" in result.stderr
        assert [request.signed for request in other.requests] == [True]
        assert len(other.library) == 0
    assert str(simulator.cookies[cookie]) not in result.stdout + result.stderr


def test_a_host_that_does_not_know_the_session_ends_the_run(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({f"Holiday/IMG_{number}.JPG": photo(number) for number in range(30)})
    simulator.faults.not_registered = Fault()
    result = user.push("Holiday", "--jobs", "2")
    assert result.exit == 4, result
    assert "Not Registered" in result.stderr
    assert "amazon.com/photos" in result.stderr
    assert simulator.counts["upload"] <= 2


@pytest.mark.parametrize(
    ("tld", "continent"),
    [("com", "na"), ("ca", "na"), ("com.mx", "na"), ("com.br", "na"), ("de", "eu"), ("co.uk", "eu"), ("co.jp", "eu")],
)
def test_where_the_bytes_go(tld: str, continent: str) -> None:
    assert AmazonSettings().upload_url(tld) == f"https://content-{continent}.drive.amazonaws.com/cdproxy/nodes"
