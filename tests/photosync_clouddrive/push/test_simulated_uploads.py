"""The simulator accepts the service's requests, and refuses all others."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.drive import ROOT

METADATA = b'Content-Disposition: form-data; name="metadata"\r\n\r\n{"kind": "FILE", "name": "a", "parents": ["%s"]}'
CONTENT = b'Content-Disposition: form-data; name="content"; filename="x"\r\nContent-Type: image/jpeg\r\n\r\nabc'


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ((METADATA % ROOT.encode(), CONTENT), 201),
        ((CONTENT, METADATA % ROOT.encode()), 400),
        ((METADATA % ROOT.encode(),), 400),
        ((METADATA % ROOT.encode(), CONTENT.replace(b'; filename="x"', b"")), 400),
        ((METADATA % ROOT.encode(), CONTENT, CONTENT), 400),
        ((METADATA % b"NoFolderExample_AAAAAA", CONTENT), 400),
        ((METADATA.replace(b"FILE", b"FOLDER") % ROOT.encode(), CONTENT), 400),
    ],
    ids=["right", "order", "no content", "no filename", "too much", "no parent", "no file"],
)
def test_what_the_simulator_takes(simulator: CloudDriveSimulator, parts: tuple[bytes, ...], status: int) -> None:
    body = b"".join(b"--B\r\n" + part + b"\r\n" for part in parts) + b"--B--\r\n"
    token = simulator.tokens.issue()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=B"}
    request = urllib.request.Request(f"{simulator.url_of('content')}/cdproxy/nodes", body, headers)
    try:
        answer = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as refusal:
        answer = refusal
    with answer:
        assert answer.status == status
    assert bool(simulator.tree()) is (status == 201)
