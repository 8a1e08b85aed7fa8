"""Two addresses of one bucket are one place; the same name at two services is two."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.copies import CopySettings, check_overlap
from photosync.errors import UsageError

PHOTOS = "s3://bucket/photos"
LOCAL = "http://localhost:9000"


def at(endpoint: str, to: str = PHOTOS) -> CopySettings:
    return CopySettings(to=to, endpoint=endpoint)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (CopySettings(to=PHOTOS), CopySettings(to="s3://bucket/photos/")),
        (CopySettings(to=PHOTOS), CopySettings(to="s3://bucket//photos/more")),
        (CopySettings(to=PHOTOS), CopySettings(to="s3://bucket")),
        (CopySettings(to=PHOTOS), at("https://s3.eu-central-1.amazonaws.com")),
        (at("https://s3.us-east-1.amazonaws.com"), at("https://S3.eu-central-1.amazonaws.com/")),
        (at("https://s3.example.org"), at("https://S3.example.org:443/")),
        (at(LOCAL), at("http://127.0.0.1:9000")),
        (at(LOCAL), at("http://[::1]:9000/")),
        (CopySettings(to="gs://bucket/photos"), at("https://storage.googleapis.com")),
        (CopySettings(to="az://box/a", account_name="me"), CopySettings(to="abfss://box@me.dfs.core.windows.net/a/b")),
    ],
)
def test_one_place(one: CopySettings, other: CopySettings) -> None:
    for name in ("one", "other"):
        with pytest.raises(UsageError, match="in one place"):
            check_overlap(name, {"one": one, "other": other}, Path("/"), [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (CopySettings(to=PHOTOS), CopySettings(to="s3://bucket/photos2")),
        (CopySettings(to=PHOTOS), CopySettings(to="s3://bucket2/photos")),
        (CopySettings(to=PHOTOS), at("https://s3.example.org")),
        (at(LOCAL), at("http://localhost:9001")),
        (at("https://s3.example.org"), at("https://s3.example.com")),
        (CopySettings(to=PHOTOS), CopySettings(to="gs://bucket/photos")),
        (CopySettings(to="az://box/a", account_name="me"), CopySettings(to="az://box/a", account_name="you")),
        (CopySettings(to=PHOTOS), CopySettings(to="/bucket/photos")),
    ],
)
def test_two_places(one: CopySettings, other: CopySettings) -> None:
    for name in ("one", "other"):
        check_overlap(name, {"one": one, "other": other}, Path("/"), [])


def test_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://s3.example.org")
    with pytest.raises(UsageError, match="in one place"):
        check_overlap("one", {"one": CopySettings(to=PHOTOS), "two": at("https://s3.example.org")}, Path("/"), [])
