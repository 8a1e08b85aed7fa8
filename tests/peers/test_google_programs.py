"""Programs as Google's own guides write them, with the libraries that the guides name, work with the simulated Google.

- https://developers.google.com/photos/picker/guides/sessions and media-items
- https://developers.google.com/photos/library/guides/upload-media
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import InstalledAppFlow

from photosync.testing.library import foreign_photos
from photosync_google.simulator import GoogleSimulator
from photosync_google.simulator.consent import SCOPE, UPLOAD_SCOPE
from tests.peers.conftest import Program, md5_of, md5_of_items
from tests.peers.forward_proxy import ForwardProxy

PICKER = "https://photospicker.googleapis.com/v1"
LIBRARY = "https://photoslibrary.googleapis.com/v1"
HOSTS = (
    *("accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com"),
    *("photospicker.googleapis.com", "photoslibrary.googleapis.com"),
)
TIMEOUT_S = 30


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleSimulator]:
    """The simulated service under Google's own addresses."""
    with (
        GoogleSimulator(items=60, strict=False) as simulator,
        ForwardProxy(dict.fromkeys(HOSTS, simulator.url), tmp_path) as proxy,
    ):
        for name, value in proxy.variables.items():
            monkeypatch.setenv(name, value)
        yield simulator
    assert proxy.refused == []


def signed_in(google: GoogleSimulator, scope: str) -> AuthorizedSession:
    """A session with the credentials of the desktop flow; the person who agrees is a request."""
    client = json.loads(json.dumps(google.consent.client_file(google.url)))
    client["installed"]["auth_uri"] = "https://accounts.google.com/o/oauth2/auth"
    client["installed"]["token_uri"] = "https://oauth2.googleapis.com/token"
    flow = InstalledAppFlow.from_client_config(client, [scope], redirect_uri="http://localhost:8080/")
    address, _ = flow.authorization_url(prompt="consent")
    answer = requests.get(address, allow_redirects=False, timeout=TIMEOUT_S).headers["Location"]
    flow.fetch_token(authorization_response=answer.replace("http:", "https:", 1))
    return AuthorizedSession(flow.credentials)  # type: ignore[no-untyped-call]


def test_the_picker_as_the_guides_use_it(google: GoogleSimulator) -> None:
    authed = signed_in(google, SCOPE)
    session = authed.post(f"{PICKER}/sessions", json={}, timeout=TIMEOUT_S).json()
    assert session["pickerUri"]
    while not authed.get(f"{PICKER}/sessions/{session['id']}", timeout=TIMEOUT_S).json().get("mediaItemsSet", False):
        pass
    items: list[dict[str, Any]] = []
    query = {"sessionId": session["id"], "pageSize": "25"}
    while True:
        page = authed.get(f"{PICKER}/mediaItems", params=query, timeout=TIMEOUT_S).json()
        items += page.get("mediaItems", [])
        if not page.get("nextPageToken"):
            break
        query["pageToken"] = page["nextPageToken"]
    for item in items:
        address = item["mediaFile"]["baseUrl"]
        suffix = "=dv" if item["type"] == "VIDEO" else "=d"
        content = authed.get(f"{address}{suffix}", timeout=TIMEOUT_S).content
        assert content == google.library.content_of(item["id"])
    thumbnail = authed.get(f"{items[0]['mediaFile']['baseUrl']}=w100-h100", timeout=TIMEOUT_S)
    assert (thumbnail.status_code, thumbnail.headers["Content-Type"]) == (200, "image/jpeg")
    assert {item["id"] for item in items} == {item.id for item in google.library.expected()}
    assert authed.delete(f"{PICKER}/sessions/{session['id']}", timeout=TIMEOUT_S).status_code == 200
    assert google.picker.open_sessions == []


def test_an_old_token_is_renewed_by_google_auth(google: GoogleSimulator) -> None:
    file = {**google.consent.token_file(), "expiry": "2016-01-01T00:00:00Z"}
    authed = AuthorizedSession(Credentials.from_authorized_user_info(file))  # type: ignore[no-untyped-call]
    assert authed.post(f"{PICKER}/sessions", timeout=TIMEOUT_S).status_code == 200
    assert google.consent.refreshes == 1


def test_uploads_as_the_guide_makes_them(google: GoogleSimulator) -> None:
    authed, photo = signed_in(google, UPLOAD_SCOPE), next(foreign_photos())
    album = authed.post(f"{LIBRARY}/albums", json={"album": {"title": "Trip"}}, timeout=TIMEOUT_S).json()
    headers = {"Content-type": "application/octet-stream", "X-Goog-Upload-Protocol": "raw"}
    headers["X-Goog-Upload-Content-Type"] = "image/jpeg"
    token = authed.post(f"{LIBRARY}/uploads", data=photo, headers=headers, timeout=TIMEOUT_S).text
    item = {"description": "A lake", "simpleMediaItem": {"uploadToken": token, "fileName": "IMG_0001.JPG"}}
    body = {"albumId": album["id"], "newMediaItems": [item]}
    made = authed.post(f"{LIBRARY}/mediaItems:batchCreate", json=body, timeout=TIMEOUT_S).json()
    (result,) = made["newMediaItemResults"]
    assert (result["status"]["message"], result["mediaItem"]["filename"]) == ("Success", "IMG_0001.JPG")
    assert google.uploads.uploaded() == {("Trip", "IMG_0001.JPG"): hashlib.md5(photo).hexdigest()}
    assert google.tolerated == {}


@pytest.mark.slow  # it is installed
def test_a_picker_program_with_the_discovery_client(
    picker_program: Program, google: GoogleSimulator, tmp_path: Path
) -> None:
    """The program is installed before the proxy is set, which has no way to the package index."""
    proxied = {
        name: value for name, value in os.environ.items() if name.lower().endswith(("_proxy", "_file", "_bundle"))
    }
    picker_program.variables.update({**proxied, "HTTPLIB2_CA_CERTS": os.environ["SSL_CERT_FILE"]})
    token, folder = tmp_path / "token.json", tmp_path / "items"
    token.write_text(json.dumps(google.consent.token_file()))
    folder.mkdir()
    picker_program.run(str(token), str(folder))
    assert md5_of(folder) == md5_of_items(google.library.expected())
    assert google.picker.open_sessions == []
