"""Where a copy is: `s3://bucket/photos`, `gs://…`, `az://…`, or a folder; with the options of an object store."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from photosync.copies.aws_profile import options_of_profile
from photosync.copies.folder import FolderStore
from photosync.copies.object_store import ObjectStore
from photosync.copies.store import CopyStore
from photosync.units import duration
from photosync.user_folders import expanded

_SCHEMES: Final = ("s3", "gs", "az", "abfss")
_OURS = {"to", "retry_budget", "timeout"}
"""The settings that are not for the engine."""
_LOOPBACK = re.compile(r"(localhost|127(\.\d+){3}|\[::1\])(:\d+)?")
_Secret = Annotated[str | None, Field(repr=False)]
"""It does not appear when the settings are printed."""


class CopySettings(BaseModel):
    """An entry of `copies:`; a text alone is its `to`. What is not given, the engine takes from its usual places."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: str
    """The address of an object store's bucket with a prefix, or the path of a folder."""
    endpoint: str | None = None
    """Of a compatible store. Plain http goes to this computer alone."""
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: _Secret = None
    session_token: _Secret = None
    account_name: str | None = None
    """Azure's."""
    account_key: _Secret = None
    service_account: str | None = None
    """Google's key file."""
    retry_budget: Annotated[timedelta, BeforeValidator(duration)] = timedelta(minutes=2)
    """The time for retries of one request to an object store."""
    timeout: Annotated[timedelta, BeforeValidator(duration), Field(ge=timedelta(seconds=1))] = timedelta(minutes=1)
    """The longest wait for the next byte of a store's answer."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"to": value}
        if not isinstance(value, Mapping | CopySettings):
            expected = "expected a folder, an address such as s3://bucket/photos, or 'to' with further keys"
            raise ValueError(expected)  # noqa: TRY004 - pydantic takes no other
        return value

    @field_validator("to")
    @classmethod
    def _known_place(cls, value: str) -> str:
        if not value.strip() or not value.isprintable():
            raise ValueError("expected a folder, or an address such as s3://bucket/photos, without control characters")
        if "://" not in value:
            return value
        url = urlsplit(value)
        if url.scheme not in _SCHEMES:
            raise ValueError(f"expected an address such as s3://bucket/photos ({', '.join(_SCHEMES)}), or a folder")
        if not url.netloc or url.query or url.fragment or ":" in url.netloc.partition("@")[0]:
            raise ValueError("expected an address such as s3://bucket/photos; credentials have keys of their own")
        if {"", ".", ".."}.intersection(url.path.strip("/").split("/")) and url.path.strip("/"):
            raise ValueError("expected an address such as s3://bucket/photos, without empty folders, . and ..")
        return value

    @field_validator("region", "access_key_id", "secret_access_key", "session_token", "account_name", "account_key")
    @classmethod
    def _in_one_line(cls, value: str | None) -> str | None:
        """It goes into the head of a request. A line end may come from the file or the variable that has it."""
        text = value.strip() if value is not None else None
        if text is not None and not (text and text.isascii() and text.isprintable() and " " not in text):
            raise ValueError("is empty, or has blanks or characters that it cannot have; was it copied completely?")
        return text

    @field_validator("service_account")
    @classmethod
    def _path_of_key(cls, value: str | None) -> str | None:
        """The engine's error for a file that cannot be opened has its path, which would be the key."""
        if value is not None and value.lstrip().startswith("{"):
            raise ValueError("expected the path of the key file, not its content")
        return value

    @field_validator("endpoint")
    @classmethod
    def _safe_endpoint(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            if parts.scheme != "https" and not (parts.scheme == "http" and _LOOPBACK.fullmatch(parts.netloc)):
                raise ValueError("expected https://…; plain http goes to this computer alone")
        return value

    def options(self) -> dict[str, str]:
        """What the engine gets."""
        return {name: value for name, value in self if value is not None and name not in _OURS}


def is_object_store(settings: CopySettings) -> bool:
    """Whether it is one, and no folder."""
    return "://" in settings.to


def folder_of(settings: CopySettings, base: Path) -> Path | None:
    """Its folder; a relative one starts at `base`. None for an object store."""
    return None if is_object_store(settings) else base / expanded(settings.to)


def address_of(settings: CopySettings, base: Path) -> str:
    """Tells a place from others; the same however a folder is named. A relative one starts at `base`."""
    folder = folder_of(settings, base)
    if folder is not None:
        return os.path.realpath(folder)
    return " ".join(filter(None, (settings.to.rstrip("/"), settings.endpoint, settings.account_name)))


def open_place(name: str, settings: CopySettings, base: Path) -> CopyStore:
    """The copy of this name. A relative folder starts at `base`. Raises `UsageError`. Nothing is requested yet."""
    folder = folder_of(settings, base)
    if folder is not None:
        return FolderStore(name, folder)
    options = settings.options()
    if settings.to.startswith("s3://") and "access_key_id" not in options:
        options = options_of_profile() | options
    return ObjectStore(
        *(name, settings.to, options),
        address=address_of(settings, base),
        retry_budget=settings.retry_budget,
        timeout=settings.timeout,
    )
