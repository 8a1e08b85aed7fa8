"""Names that an object store, or its engine, cannot take."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.copies import CopyStore, open_place
from photosync.copies.place import CopySettings
from photosync.errors import Exit, ItemError, Reason, UsageError
from photosync.testing.command import Sandbox
from tests.jobs.copies.places import KEY, NAME, SECRET, Place
from tests.jobs.copies.store_proxy import Answer, StoreFault, StoreProxy

LISTING = (
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated><Contents>'
    "<Key>photos/{key}</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified><ETag>&quot;a&quot;</ETag>"
    "<Size>5</Size></Contents></ListBucketResult>"
)


def settings(endpoint: str) -> dict[str, str]:
    keys = {"access_key_id": KEY, "secret_access_key": SECRET, "region": "us-east-1"}
    return {"to": "s3://bucket/photos", "endpoint": endpoint, **keys}


@pytest.fixture
def store() -> CopyStore:
    """Nobody answers there: the names are refused before."""
    return open_place(NAME, CopySettings.model_validate(settings("http://127.0.0.1:9")), Path())


@pytest.mark.parametrize("name", ["line\nfeed.jpg", "tab\t.jpg", "bell\a.jpg", "no text \udcff.jpg"])
def test_a_name_that_no_object_can_have_concerns_its_file_alone(store: CopyStore, name: str) -> None:
    with pytest.raises(ItemError) as raised:
        store.write(name, 3, iter([b"abc"]), 0, is_new=True, keep_as=None)
    assert raised.value.reason == Reason.REFUSED
    with pytest.raises(ItemError):
        list(store.read(name))


@pytest.mark.parametrize("place", ["folder"], indirect=True)
@pytest.mark.parametrize("key", ["a//b", "../b", "./b", "line&#10;feed"])
def test_a_name_there_that_cannot_be_read_is_said(sandbox: Sandbox, key: str) -> None:
    """Nothing can be listed then; to try again later would not help."""
    answer = Answer(200, {"Content-Type": "application/xml"}, LISTING.format(key=key).encode())
    with StoreProxy("http://127.0.0.1:9") as proxy, proxy.failing(StoreFault(lambda *_: answer, {"LIST"})):
        Place(settings(proxy.endpoint), Path()).configure(sandbox)
        result = sandbox.run("copy")
    assert result.exit == Exit.DESTINATION
    assert "a prefix of its own" in result.stderr


def test_credentials_with_a_line_end_in_the_environment_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine panics."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"{KEY}\n")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    place = CopySettings.model_validate({"to": "s3://bucket/photos", "endpoint": "http://127.0.0.1:9"})
    with pytest.raises(UsageError, match="line ends") as raised:
        list(open_place(NAME, place, Path()).files())
    assert SECRET not in str(raised.value)
