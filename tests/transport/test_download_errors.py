"""Answers in place of the content, and the error that each becomes."""

from __future__ import annotations

import pytest

from photosync.errors import ItemError, PhotosyncError, Reason, TemporaryError
from photosync.transport import Answer
from tests.transport.scripted_server import Memory, Opener, Reply, Server, throttled
from tests.transport.served_photo import CONTENT, photo


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, Reason.REFUSED),
        (403, Reason.FORBIDDEN),
        (404, Reason.NOT_FOUND),
        (410, Reason.NOT_FOUND),
        (418, Reason.REFUSED),
        (204, Reason.BAD_ANSWER),
    ],
)
def test_a_refusal_concerns_the_item_alone(server: Server, opened: Opener, status: int, reason: Reason) -> None:
    body = b"" if status == 204 else b"because"
    url = server.on("/a", Reply(status, body, {"Content-Type": "image/png"}))
    destination = Memory()
    with pytest.raises(ItemError) as caught:
        opened().download(url, destination)
    assert caught.value.reason is reason
    assert (destination.begun, len(server.requests)) == ([], 1)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (throttled("3600"), Reason.THROTTLED),
        (Reply(500), Reason.SERVER_ERROR),
        (Reply(dropped=True), Reason.UNREACHABLE),
    ],
)
def test_trouble_past_the_budget_is_temporary(server: Server, opened: Opener, reply: Reply, reason: Reason) -> None:
    with pytest.raises(TemporaryError) as caught:
        opened().download(server.on("/a", reply), Memory())
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    "kind",
    ["text/html; charset=utf-8", "application/json", "Text/XML", "application/problem+json", "application/xhtml+xml"],
)
def test_a_page_in_place_of_a_photo_is_not_media(server: Server, opened: Opener, kind: str) -> None:
    url = server.on("/a", Reply(200, b"<p>sorry</p>", {"Content-Type": kind}))
    destination = Memory()
    with pytest.raises(ItemError, match="sorry") as caught:
        opened().download(url, destination)
    assert caught.value.reason is Reason.NOT_MEDIA
    assert destination.begun == []


def test_a_document_may_be_what_was_wanted(server: Server, opened: Opener) -> None:
    destination = Memory()
    url = server.on("/a", Reply(200, b"<p>mine</p>", {"Content-Type": "text/html"}))
    opened().download(url, destination, documents=True)
    assert destination.content == b"<p>mine</p>"


def test_the_provider_looks_at_what_is_no_photo(server: Server, opened: Opener) -> None:
    seen: list[Answer] = []

    def classify(answer: Answer) -> PhotosyncError | None:
        seen.append(answer)
        return ItemError("not processed yet", Reason.NOT_READY)

    transport = opened(classify=classify)
    transport.download(server.on("/a", photo()), Memory())
    assert seen == []
    for reply in (Reply(404, b"gone"), Reply(200, b"gone", {"Content-Type": "text/html"})):
        with pytest.raises(ItemError, match="not processed yet"):
            transport.download(server.on("/a", reply), Memory())
    assert [(answer.status, answer.body) for answer in seen] == [(404, b"gone"), (200, b"gone")]


@pytest.mark.parametrize("encoding", ["x-unknown", "gzip, x-unknown", "aes128gcm"])
def test_a_compression_that_cannot_be_undone_concerns_the_item_alone(
    server: Server, opened: Opener, encoding: str
) -> None:
    url = server.on("/a", Reply(200, CONTENT, {"Content-Type": "image/jpeg", "Content-Encoding": encoding}))
    destination = Memory()
    with pytest.raises(ItemError, match="compression") as caught:
        opened().download(url, destination)
    assert (caught.value.reason, destination.begun) == (Reason.BAD_ANSWER, [])
