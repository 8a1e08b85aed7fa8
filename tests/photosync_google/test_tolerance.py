"""What public clients send and the service took: served and counted, and refused by a strict simulator."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from PIL import Image

from photosync.model import Kind
from photosync.testing import Fault
from photosync.testing.library import foreign_photos
from photosync_google.simulator import GoogleSimulator
from photosync_google.simulator.consent import SCOPE
from tests.photosync_google.google_user import GoogleUser

REDIRECT = "http://127.0.0.1:8085/"


class Client:
    """A client that sends only the given requests."""

    def __init__(self, simulator: GoogleSimulator) -> None:
        self.simulator = simulator
        consent = simulator.consent
        self.picking = {"Authorization": f"Bearer {consent.picking.access}"}
        self.uploading = {"Authorization": f"Bearer {consent.uploading.access}"}

    def picked(self) -> list[dict[str, Any]]:
        session = requests.post(f"{self.simulator.url}/v1/sessions", headers=self.picking, timeout=30).json()
        requests.get(f"{self.simulator.url}/v1/sessions/{session['id']}", headers=self.picking, timeout=30)
        query = {"sessionId": session["id"]}
        listed = requests.get(f"{self.simulator.url}/v1/mediaItems", params=query, headers=self.picking, timeout=30)
        return list(listed.json()["mediaItems"])

    def content(self, suffix: str) -> requests.Response:
        address = next(each["mediaFile"]["baseUrl"] for each in self.picked() if each["type"] == "PHOTO")
        return requests.get(f"{address}{suffix}", headers=self.picking, timeout=30)

    def send(self, data: object, **headers: str) -> requests.Response:
        raw = {"Content-Type": "application/octet-stream", "X-Goog-Upload-Protocol": "raw"}
        url = f"{self.simulator.url}/v1/uploads"
        return requests.post(url, data=data, headers={**self.uploading, **raw, **headers}, timeout=30)  # type: ignore[arg-type]

    def create(self, token: str) -> requests.Response:
        body = {"newMediaItems": [{"simpleMediaItem": {"uploadToken": token, "fileName": "a.jpg"}}]}
        url = f"{self.simulator.url}/v1/mediaItems:batchCreate"
        return requests.post(url, json=body, headers=self.uploading, timeout=30)


Ask = Callable[[Client], requests.Response]


def bare_address(client: Client) -> requests.Response:
    return client.content("")


def untyped(client: Client) -> requests.Response:
    return client.send(next(foreign_photos()), **{"X-Goog-Upload-File-Name": "a.jpg"})


def streamed(client: Client) -> requests.Response:
    return client.send(iter([next(foreign_photos())]), **{"X-Goog-Upload-Content-Type": "image/jpeg"})


def with_a_line_break(client: Client) -> requests.Response:
    token = client.send(next(foreign_photos()), **{"X-Goog-Upload-Content-Type": "image/jpeg"}).text
    assert token == token.strip()
    return client.create(f"{token}\n")


def plain_sign_in(client: Client) -> requests.Response:
    asked = {"client_id": client.simulator.consent.client_id, "response_type": "code", "scope": SCOPE}
    query = {**asked, "redirect_uri": REDIRECT, "access_type": "offline"}
    url = f"{client.simulator.url}/o/oauth2/auth"
    return requests.get(url, params=query, allow_redirects=False, timeout=30)


def video_with_a_token(client: Client) -> requests.Response:
    client.simulator.library.add(kind=Kind.VIDEO)
    address = next(each["mediaFile"]["baseUrl"] for each in client.picked() if each["type"] == "VIDEO")
    redirection = requests.get(f"{address}=dv", headers=client.picking, allow_redirects=False, timeout=30)
    return requests.get(redirection.headers["Location"], headers=client.picking, timeout=30)


FORMS: list[tuple[Ask, int, set[str]]] = [
    (bare_address, 404, {"an address without a suffix"}),
    (untyped, 400, {"no X-Goog-Upload-Content-Type"}),
    (streamed, 400, {"no Content-Length"}),
    (with_a_line_break, 207, {"a token with a line break"}),
    (
        plain_sign_in,
        400,
        {f"a sign-in without {each}" for each in ("code_challenge_method", "code_challenge", "state")},
    ),
]
EACH = pytest.mark.parametrize(("ask", "refusal", "forms"), FORMS, ids=[each[0].__name__ for each in FORMS])


@pytest.fixture
def tolerant() -> Iterator[Client]:
    with GoogleSimulator(items=3, strict=False) as simulator:
        yield Client(simulator)


@EACH
def test_unusual_forms_are_served_and_counted(tolerant: Client, ask: Ask, refusal: int, forms: set[str]) -> None:
    assert ask(tolerant).status_code in (200, 302), refusal
    assert tolerant.simulator.tolerated.keys() == forms


@EACH
def test_a_strict_simulator_refuses_them(ask: Ask, refusal: int, forms: set[str]) -> None:
    with GoogleSimulator(items=3, strict=True) as simulator:
        assert (ask(Client(simulator)).status_code, simulator.tolerated) == (refusal, {}), forms


@pytest.mark.parametrize(
    ("suffix", "most"), [("=w80-h400", (80, 400)), ("=s64", (64, 64)), ("=w100-h100-c", (100, 100)), ("", (512, 512))]
)
def test_other_suffixes_give_reduced_pictures_without_exif(
    tolerant: Client, suffix: str, most: tuple[int, int]
) -> None:
    with Image.open(io.BytesIO(tolerant.content(suffix).content)) as picture:
        assert picture.width <= most[0]
        assert picture.height <= most[1]
        assert not picture.getexif()
    assert tolerant.content("=x1").status_code == 404


def test_a_code_without_a_challenge_is_exchanged(tolerant: Client) -> None:
    consent = tolerant.simulator.consent
    answer = parse_qs(urlsplit(plain_sign_in(tolerant).headers["Location"]).query)
    form = {"grant_type": "authorization_code", "code": answer["code"][0], "redirect_uri": REDIRECT}
    client = {"client_id": consent.client_id, "client_secret": consent.client_secret}
    token = requests.post(f"{tolerant.simulator.url}/token", data={**form, **client}, timeout=30).json()
    assert token["access_token"] == consent.picking.access
    assert token["refresh_token"]


def test_our_upload_cuts_the_line_break_off(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.simulator.faults.token_line = Fault()
        photo = tmp_path / "a.jpg"
        photo.write_bytes(next(foreign_photos()))
        result = someone.run("push", "google", str(photo))
        assert result.exit == 0, result
        assert len(someone.simulator.uploads.uploaded()) == 1
