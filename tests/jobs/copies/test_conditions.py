"""A new object is sent on the condition that it replaces none; what no listing has shown is not overwritten."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.copies import CopyStore, open_place
from photosync.copies.place import CopySettings
from photosync.errors import ItemError, Reason
from tests.jobs.copies.places import KEY, NAME, SECRET
from tests.jobs.copies.store_proxy import Answer, Ask, Request, StoreFault, StoreProxy, refuse

CONTENT = b"a photo"
HEADERS = {"ETag": f'"{hashlib.md5(CONTENT).hexdigest()}"', "Last-Modified": "Wed, 01 Jan 2020 00:00:00 GMT"}


@pytest.fixture
def proxy() -> Iterator[StoreProxy]:
    """In front of no store: each test says what it answers."""
    with StoreProxy("http://127.0.0.1:9") as running:
        yield running


@pytest.fixture
def store(proxy: StoreProxy) -> CopyStore:
    keys = {"access_key_id": KEY, "secret_access_key": SECRET, "region": "us-east-1"}
    settings = {"to": "s3://bucket/photos", "endpoint": proxy.endpoint, "retry_budget": "5s", **keys}
    return open_place(NAME, CopySettings.model_validate(settings), Path())


def write(store: CopyStore, *, is_new: bool = True) -> str:
    return store.write("a.jpg", len(CONTENT), iter([CONTENT]), 0, is_new=is_new, keep_as=None)


def stored(*_: object) -> Answer:
    return Answer(200, HEADERS, b"")


def conditions(proxy: StoreProxy) -> list[str | None]:
    headers = [{name.lower(): value for name, value in each.headers.items()} for each in proxy.requests]
    return [each.get("if-none-match") for each in headers]


def test_a_new_object_replaces_none(proxy: StoreProxy, store: CopyStore) -> None:
    with proxy.failing(StoreFault(stored, {"PUT"})):
        write(store)
        write(store, is_new=False)
    assert conditions(proxy) == ["*", None]


@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize("there", [CONTENT, b"another"], ids=["the same", "another"])
def test_an_object_that_no_listing_has_shown_stays(
    proxy: StoreProxy, store: CopyStore, there: bytes, *, first: bool
) -> None:
    """The same content is what a request brought whose answer was lost."""
    if not first:
        with proxy.failing(StoreFault(stored, {"PUT"})):
            write(store)
    taken = StoreFault(refuse(412, "PreconditionFailed"), {"PUT"})
    with proxy.failing(taken, StoreFault(lambda *_: Answer(200, HEADERS, there), {"GET", "HEAD"})):
        if there == CONTENT:
            assert write(store) == hashlib.md5(CONTENT).hexdigest()
        else:
            with pytest.raises(ItemError) as raised:
                write(store)
            assert raised.value.reason == Reason.NAME_TAKEN
    assert taken.fired == 1


def test_a_store_that_knows_no_conditions_gets_none(proxy: StoreProxy, store: CopyStore) -> None:
    def answer(request: Request, ask: Ask) -> Answer | None:
        has_condition = "if-none-match" in {name.lower() for name in request.headers}
        return refuse(501, "NotImplemented")(request, ask) if has_condition else stored()

    with proxy.failing(StoreFault(answer, {"PUT"})):
        write(store)
        write(store)
    assert conditions(proxy) == ["*", None, None], "it is asked once, and not again and again"


def test_a_store_that_is_busy_at_first_gets_the_file_all_the_same(proxy: StoreProxy, store: CopyStore) -> None:
    with proxy.failing(StoreFault(refuse(503, "SlowDown"), {"PUT"}, times=2), StoreFault(stored, {"PUT"})):
        write(store)
        write(store)
    assert conditions(proxy) == ["*", None, None, "*"]


@pytest.mark.parametrize("head", [404, 403, 200], ids=["free", "not to be read", "taken"])
def test_an_object_in_parts_replaces_none_either(proxy: StoreProxy, store: CopyStore, head: int) -> None:
    """The engine sends no condition with parts. A key that may only write is enough all the same."""
    content = bytes(6 << 20)
    parts = [hashlib.md5(content[: 5 << 20]).digest(), hashlib.md5(content[5 << 20 :]).digest()]
    tag = f'"{hashlib.md5(b"".join(parts)).hexdigest()}-2"'
    begun = b"<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
    done = f"<CompleteMultipartUploadResult><ETag>{tag}</ETag></CompleteMultipartUploadResult>".encode()
    looked = StoreFault(lambda *_: Answer(head, HEADERS, b""), {"HEAD"})
    complete = StoreFault(lambda *_: Answer(200, {}, done), {"COMPLETE"})
    rest = (
        StoreFault(lambda *_: Answer(200, {}, begun), {"CREATE"}),
        StoreFault(
            lambda request, _: Answer(200, {"ETag": f'"{hashlib.md5(request.body).hexdigest()}"'}, b""), {"PART"}
        ),
        StoreFault(lambda *_: Answer(204, {}, b""), {"ABORT"}),
    )
    with proxy.failing(looked, complete, *rest):
        if head == 200:
            with pytest.raises(ItemError) as raised:
                store.write("a.mp4", len(content), iter([content]), 0, is_new=True, keep_as=None)
            assert raised.value.reason == Reason.NAME_TAKEN
        else:
            assert store.write("a.mp4", len(content), iter([content]), 0, is_new=True, keep_as=None) == tag.strip('"')
        assert (looked.fired, complete.fired) == (1, head != 200)
        store.write("a.mp4", len(content), iter([content]), 0, is_new=False, keep_as=None)
    assert looked.fired == 1, "what the listing has shown may be replaced"
