"""The calls of the Photos Library API: uploads, items and albums.

All requests use the account's transport. No call creates the same item twice: bytes that were sent twice give two
tokens, and items of the same bytes are one item.
Facts: protocol notes on Google Photos, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Unpack
from urllib.parse import parse_qsl, quote, urlsplit

from photosync.errors import ItemError, ProviderError, Reason, TemporaryError
from photosync.provider import FileToUpload, Sent
from photosync.provider_kit.json_fields import json_object, number, text
from photosync.transport import Answer, Transport
from photosync.transport.hosts import OwnHosts, target
from photosync.transport.types import RequestOptions
from photosync_google.library.accepted import header_name, media_type, sent_name
from photosync_google.library.items import INTERNAL, CreateResult, results_of
from photosync_google.library.refusals import BATCH_CREATE, CREATED, CreationTroubleError, QuotaSpentError

MOST_AT_ONCE = 50
"""Items that one request creates, or adds to an album."""
_CREATION_TIMEOUT_S = 180.0
_DEFAULT_GRANULARITY = 262144
_ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class UploadSession:
    """An upload session for a large file."""

    url: str = field(repr=False)
    """A secret: it permits writing to the session."""
    granularity: int
    """Every piece but the last is a multiple of this."""


class LibraryApi:
    """The calls of one account; thread-safe. `base` is the API's URL."""

    def __init__(self, transport: Transport, base: str, upload_hosts: OwnHosts) -> None:
        """`upload_hosts`: the permitted hosts for uploads of large files."""
        self._transport = transport
        self._base = base.rstrip("/")
        self._upload_hosts = upload_hosts
        self._spent: TemporaryError | None = None
        """The day's requests are used up."""

    @property
    def retries(self) -> int:
        """The number of repeated requests so far."""
        return self._transport.retries

    # Content

    def upload(self, file: FileToUpload) -> str:
        """Send a whole file in one request; returns the upload token."""
        headers = {
            **_description(file),
            "Content-Type": "application/octet-stream",
            "X-Goog-Upload-Protocol": "raw",
        }
        return _token(self._request("POST", f"{self._base}/uploads", body=file.open, headers=headers))

    def begin_upload(self, file: FileToUpload) -> UploadSession:
        """Open a session for a large file."""
        headers = {
            **_description(file),
            "X-Goog-Upload-Command": "start",
            "X-Goog-Upload-Protocol": "resumable",
            "X-Goog-Upload-Raw-Size": str(file.size_bytes),
        }
        answer = self._request("POST", f"{self._base}/uploads", body=b"", headers=headers)
        url = answer.headers.get("X-Goog-Upload-URL", "")
        if not url:
            raise ItemError("Google opened no upload session for it; push again", Reason.BAD_ANSWER)
        self._hide(url)
        try:
            origin = target(url).origin
        except ProviderError as error:
            raise ItemError("Google named no usable address for this upload", Reason.BAD_ANSWER) from error
        if origin not in self._upload_hosts:
            raise ItemError(
                f"Google named the host {urlsplit(url).hostname} for this upload, which is not known to be its own; "
                "nothing was sent there",
                Reason.REFUSED,
            )
        return UploadSession(url, number(answer.headers, "X-Goog-Upload-Chunk-Granularity") or _DEFAULT_GRANULARITY)

    def send_piece(self, session: UploadSession, piece: BinaryIO, offset: int, *, is_last: bool) -> str | None:
        """Send bytes from `offset`; returns the upload token after the last ones. Raises `LostAnswerError`: then call
        `received`, because the service may have stored a part of them."""
        headers = {
            "Content-Type": "application/octet-stream",
            "X-Goog-Upload-Command": "upload, finalize" if is_last else "upload",
            "X-Goog-Upload-Offset": str(offset),
        }
        answer = self._request("POST", session.url, body=lambda: piece, headers=headers, idempotent=False)
        return _token(answer) if is_last else None

    def received(self, session: UploadSession) -> int | None:
        """The number of bytes of the file at Google; None if the session is closed."""
        headers = {"X-Goog-Upload-Command": "query"}
        try:
            answer = self._request("POST", session.url, body=b"", headers=headers)
        except ProviderError as error:
            if error.status is not None and 400 <= error.status < 500:
                return None
            raise
        if answer.headers.get("X-Goog-Upload-Status", "").strip().lower() != _ACTIVE:
            return None
        return number(answer.headers, "X-Goog-Upload-Size-Received")

    # Items and albums

    def create(self, sent: Sequence[Sent], album_id: str | None) -> Mapping[str, CreateResult]:
        """Create items, at most `MOST_AT_ONCE`; returns the results by token. Only one such request at a time."""
        items = [{"uploadToken": each.token, "fileName": sent_name(each.file.name)} for each in sent]
        content: dict[str, object] = {"newMediaItems": [{"simpleMediaItem": item} for item in items]}
        if album_id is not None:
            content["albumId"] = album_id
        try:
            answer = self._request(
                "POST", f"{self._base}{BATCH_CREATE}", json=content, accept=CREATED, timeout_s=_CREATION_TIMEOUT_S
            )
        except CreationTroubleError as error:
            return {sent[0].token: CreateResult(INTERNAL, str(error), None)}
        return results_of(answer.body)

    def create_album(self, title: str, *, is_repeated: bool = False) -> str:
        """Create an album; returns its id. Raises `LostAnswerError` unless `is_repeated`."""
        content = {"album": {"title": title}}
        answer = self._request("POST", f"{self._base}/albums", json=content, idempotent=is_repeated)
        # Without the transport's message for an answer that is not JSON: it quotes the answer, which may have a token.
        album_id = text(json_object(answer.body), "id")
        if album_id is None:
            raise ItemError(f"Google made the album '{title}' and did not say its id; push again", Reason.BAD_ANSWER)
        return album_id

    def add_to_album(self, album_id: str, item_ids: Sequence[str]) -> None:
        """Add items to an album, at most `MOST_AT_ONCE`: all of them or none."""
        url = f"{self._base}/albums/{quote(album_id, safe='')}:batchAddMediaItems"
        answer = self._request("POST", url, json={"mediaItemIds": list(item_ids)})
        body = answer.body.strip()
        if body and not json_object(body) and b"".join(body.split()) != b"{}":
            raise ProviderError("Google Photos answered with something else than JSON when an album was to be filled.")

    def _request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> Answer:
        if self._spent is not None:
            raise self._spent.with_traceback(None)
        try:
            return self._transport.request(method, url, **options)
        except QuotaSpentError as error:
            self._spent = TemporaryError(str(error), Reason.THROTTLED)
            raise self._spent from error

    def _hide(self, url: str) -> None:
        """Hide the secret part of an upload's address in logs: its query, or else its path."""
        parts = urlsplit(url)
        values = [value for name, value in parse_qsl(parts.query) if name != "upload_protocol"]
        self._transport.hide(*(values or [parts.path.rpartition("/")[2]]))


def _description(file: FileToUpload) -> dict[str, str]:
    return {
        "X-Goog-Upload-Content-Type": media_type(file) or file.mime,
        "X-Goog-Upload-File-Name": header_name(file.name),
    }


def _token(answer: Answer) -> str:
    token = answer.body.decode("ascii", "replace").strip()
    if not token or "<" in token:
        raise ItemError("Google took the bytes and gave no upload token for them; push again", Reason.BAD_ANSWER)
    return token
