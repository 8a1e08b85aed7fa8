"""What public clients send and the service took: served and counted, and refused by a strict simulator.

Which client sends what: acd_cli 0.3.2 and the Cloud Drive backend of rclone 1.60 (protocol notes, sections 3.3, 5.2).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.drive import ROOT
from photosync_clouddrive.simulator.tokens import CLIENT_ID, CLIENT_SECRET

PHOTO = b"\xff\xd8\xff\xe0 a photo, nearly"


class Client:
    """A client that sends only the given requests."""

    def __init__(self, simulator: CloudDriveSimulator) -> None:
        self.simulator = simulator
        self.token = json.loads(simulator.token_file.read_text())

    def ask(self, method: str, site: str, path: str, **more: object) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token['access_token']}", **more.pop("headers", {})}  # type: ignore[dict-item]
        url = f"{self.simulator.url_of(site)}{path}"
        return requests.request(method, url, headers=headers, allow_redirects=False, timeout=30, **more)  # type: ignore[arg-type]

    def nodes(self, filters: str) -> requests.Response:
        return self.ask("GET", "metadata", "/drive/v1/nodes", params={"filters": filters})

    def send(
        self, method: str, path: str, content: bytes, *, filename: str = "a.jpg", whole: bool = False
    ) -> requests.Response:
        metadata = {"kind": "FILE", "name": filename, "parents": [ROOT]}
        parts = [
            b'--B\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n',
            json.dumps(metadata).encode() + b"\r\n",
            f'--B\r\nContent-Disposition: form-data; name="content"; filename="{filename}"\r\n'.encode(),
            b"Content-Type: image/jpeg\r\n\r\n" + content,
            b"\r\n--B--\r\n",
        ][0 if method == "POST" else 2 :]
        headers = {"Content-Type": "multipart/form-data; boundary=B"}
        data = b"".join(parts) if whole else iter(parts)
        return self.ask(method, "content", path, data=data, headers=headers)


Ask = Callable[[Client], requests.Response]


def streamed(client: Client) -> requests.Response:
    return client.send("POST", "/cdproxy/nodes?suppress=deduplication", PHOTO)


def streamed_over(client: Client) -> requests.Response:
    item = next(client.simulator.library.expected())
    return client.send("PUT", f"/cdproxy/nodes/{item.id}/content", PHOTO)


def named_beyond_ascii(client: Client) -> requests.Response:
    return client.send("POST", "/cdproxy/nodes", PHOTO, filename="Ägypten.jpg", whole=True)


def bracketed_terms(client: Client) -> requests.Response:
    return client.nodes("(kind:FILE) AND ((status:AVAILABLE AND name:IMG*))")


def unescaped(client: Client) -> requests.Response:
    return client.nodes('parents:"Folder-of-rclone-id_-1" AND name:"a b.jpg"')


FORMS: list[tuple[Ask, int, str]] = [
    (streamed, 411, "no Content-Length"),
    (streamed_over, 411, "no Content-Length"),
    (named_beyond_ascii, 400, "a filename beyond ASCII"),
    (bracketed_terms, 400, "bracketed terms"),
    (unescaped, 400, "special characters in quotes"),
]
EACH = pytest.mark.parametrize(("ask", "refusal", "form"), FORMS, ids=[each[0].__name__ for each in FORMS])


@pytest.fixture
def tolerant() -> Iterator[Client]:
    with CloudDriveSimulator(items=3, strict=False) as simulator:
        yield Client(simulator)


@EACH
def test_unusual_forms_are_served_and_counted(tolerant: Client, ask: Ask, refusal: int, form: str) -> None:
    assert ask(tolerant).status_code in (200, 201), refusal
    assert tolerant.simulator.tolerated.keys() == {form}


@EACH
def test_a_strict_simulator_refuses_them(ask: Ask, refusal: int, form: str) -> None:
    with CloudDriveSimulator(items=3, strict=True) as simulator:
        assert (ask(Client(simulator)).status_code, simulator.tolerated) == (refusal, {}), form


def test_what_is_known_to_be_wrong_is_refused_by_every_simulator(tolerant: Client) -> None:
    empty = tolerant.send("POST", "/cdproxy/nodes", b"")
    assert (empty.status_code, empty.json()["message"]) == (400, "Cannot complete upload")
    for filters in ("(kind:FILE", "kind:FILE)", "kind:FILE OR kind:FOLDER", "(isRoot:yes)", 'name:"a"b"'):
        assert tolerant.nodes(filters).status_code == 400, filters
    (item, *_) = tolerant.simulator.library.expected()
    location = tolerant.ask("GET", "content", f"/cdproxy/nodes/{item.id}/content").headers["Location"]
    token = {"Authorization": f"Bearer {tolerant.token['access_token']}"}
    assert requests.get(location, headers=token, timeout=30).status_code == 400, "only one auth mechanism"


def test_the_storage_says_by_its_address_that_it_wants_no_token(tolerant: Client) -> None:
    (item, *_) = tolerant.simulator.library.expected()
    link = tolerant.ask("GET", "metadata", f"/drive/v1/nodes/{item.id}", params={"tempLink": "true"}).json()["tempLink"]
    location = tolerant.ask("GET", "content", f"/cdproxy/nodes/{item.id}/content").headers["Location"]
    for address in (link, location):
        assert "X-Amz-Algorithm" in parse_qs(urlsplit(address).query)
        assert requests.get(address, timeout=30).content == tolerant.simulator.library.content_of(item.id)


def test_a_renewal_repeats_the_refresh_token(tolerant: Client) -> None:
    form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    form["refresh_token"] = tolerant.token["refresh_token"]
    answer = requests.post(f"{tolerant.simulator.url}/auth/o2/token", data=form, timeout=30).json()
    assert answer["refresh_token"] == tolerant.token["refresh_token"]
    relayed = requests.post(f"{tolerant.simulator.url}/", data={"refresh_token": answer["refresh_token"]}, timeout=30)
    assert relayed.json()["refresh_token"]


def test_a_file_in_the_trash_can_be_renamed_and_moved_before_it_is_restored(tolerant: Client) -> None:
    """As rclone does where the new name is taken in the old folder."""
    (first, second, _) = tolerant.simulator.library.expected()
    drive = tolerant.simulator.drive
    for item in (first, second):
        drive.say(item.id, parents=[ROOT])
    folder, path = drive.add_folder("There"), "/drive/v1/nodes"
    rename = {"json": {"name": second.name}}
    assert tolerant.ask("PATCH", "metadata", f"{path}/{first.id}", **rename).status_code == 409
    assert tolerant.ask("PUT", "metadata", f"/drive/v1/trash/{first.id}").status_code == 200
    move = {"json": {"fromParent": ROOT, "childId": first.id}}
    assert tolerant.ask("POST", "metadata", f"{path}/{folder}/children", **move).status_code == 400
    assert tolerant.ask("PATCH", "metadata", f"{path}/{first.id}", **rename).status_code == 200
    assert tolerant.ask("PUT", "metadata", f"{path}/{folder}/children/{first.id}").status_code == 200
    assert tolerant.ask("DELETE", "metadata", f"{path}/{ROOT}/children/{first.id}").status_code == 200
    assert tolerant.ask("POST", "metadata", f"/drive/v1/trash/{first.id}/restore").status_code == 200
    assert tolerant.simulator.tree()[f"There/{second.name}"] == first.md5
