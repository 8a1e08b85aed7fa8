"""Cookies go to the hosts that the protocol notes name, and to nobody else. The simulator counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator


def signed_in(folder: Path, simulator: AmazonSimulator) -> Sandbox:
    sandbox = Sandbox(folder)
    sandbox.configure({"amazon": simulator.account_settings()})
    return sandbox


@pytest.mark.parametrize("is_in_bucket", [False, True])
def test_the_content_host_and_a_bucket_get_none(tmp_path: Path, is_in_bucket: bool) -> None:
    with AmazonSimulator(items=8, renewable=True) as simulator:
        simulator.faults.to_bucket = Fault() if is_in_bucket else None
        simulator.end_session()
        sandbox = signed_in(tmp_path, simulator)
        simulator.faults.renewed_cookies = Fault(on="list", times=2)
        for command in ("pull", "collections", "usage", "list"):
            assert sandbox.run(command, "amazon").exit == 0, command
        asked = {record.site for record in simulator.requests}
        assert asked == ({"main", "content", "bucket"} if is_in_bucket else {"main", "content"})
        assert simulator.requests_with_cookies().keys() == {"main"}
        kept = next(sandbox.home.rglob("cookies.json")).read_text()
        assert "of-the-content-host" not in kept


@pytest.mark.parametrize("kind", ["list", "content", "other"])
@pytest.mark.parametrize("status", [302, 307])
def test_the_target_of_a_redirect_gets_none(tmp_path: Path, kind: str, status: int) -> None:
    """It is another origin that answers everybody."""
    with AmazonSimulator(items=4) as simulator:
        sandbox = signed_in(tmp_path, simulator)
        redirect = Fault(value=status, on=kind)
        simulator.faults.redirect = redirect
        assert sandbox.run("pull", "amazon").exit == 0
        assert redirect.fired > 0
        assert simulator.leaks == []
        assert simulator.requests_with_cookies().keys() == {"main"}


def test_an_upload_sends_none_to_the_target_of_a_redirect(tmp_path: Path) -> None:
    with AmazonSimulator(items=1) as simulator:
        sandbox = signed_in(tmp_path, simulator)
        photo = tmp_path / "a.jpg"
        photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(200))
        simulator.faults.redirect = Fault(value=307, on="upload")
        sandbox.run("push", "amazon", str(photo))
        assert simulator.leaks == []


def test_a_login_asks_the_site_alone(tmp_path: Path) -> None:
    with AmazonSimulator(items=1) as simulator:
        sandbox = signed_in(tmp_path, simulator)
        file = tmp_path / "header.txt"
        file.write_text("; ".join(f"{name}={value}" for name, value in simulator.cookies.items()))
        assert sandbox.run("login", "amazon", "--from", str(file)).exit == 0
        assert simulator.requests_with_cookies() == {"main": 1}


def test_plain_http_gets_none(tmp_path: Path) -> None:
    """Only this computer may be spoken to without TLS: nothing is sent to any other."""
    with AmazonSimulator(items=1) as simulator:
        sandbox = Sandbox(tmp_path)
        settings = simulator.account_settings()
        sandbox.configure({"amazon": settings | {"endpoints": {"api": "http://www.amazon.com/drive/v1"}}})
        result = sandbox.run("pull", "amazon")
        assert result.exit == 2
        assert "plain http:// is accepted for loopback addresses alone" in result.stderr
        assert simulator.counts["total"] == 0
