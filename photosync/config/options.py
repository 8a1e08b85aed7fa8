"""The options of an account, which all accounts have."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from photosync.errors import ConfigError
from photosync.library import Layout
from photosync.metadata import Mode, Settings, SidecarContent, SidecarName, named_zone
from photosync.provider import Duration
from photosync.units import rate


def _layout(value: str) -> str:
    Layout(value)  # raises a `ValueError` with a message for the user
    return value


def _time_zone(value: str) -> str:
    try:
        named_zone(value)
    except ConfigError as error:
        raise ValueError(str(error)) from error
    return value


def _plain_text(value: str) -> str:
    if not value.isprintable():
        raise ValueError("expected plain text on one line")
    return value


_PlainText = Annotated[str, AfterValidator(_plain_text)]


class Defaults(BaseModel):
    """The options of an account, or of `defaults` for all accounts. None: the program decides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layout: Annotated[str, AfterValidator(_layout)] | None = None
    exif: Mode = Mode.FIX
    jobs: Literal["auto"] | Annotated[int, Field(ge=1, le=64)] = "auto"
    bwlimit: Annotated[int, BeforeValidator(rate)] | None = None
    """Bytes per second."""
    time_zone: Annotated[str, AfterValidator(_time_zone)] | None = None
    retry_budget: Duration = timedelta(minutes=2)
    """The time for retries of one request before the service counts as unreachable."""
    timeout: Annotated[Duration, Field(ge=timedelta(seconds=1))] | None = None
    """The longest wait for the next byte of an answer; None: what suits the service."""
    artist: _PlainText | None = None
    copyright: _PlainText | None = None
    overwrite: frozenset[Literal["artist", "copyright"]] = frozenset()
    """What may replace the name that a file has."""
    write_gps: bool = False
    remove_software: bool = False
    sidecar_name: SidecarName = SidecarName.FULL
    sidecar: SidecarContent = SidecarContent.MISSING
    albums: Literal["none", "link", "copy"] = "none"
    """Whether albums have folders: of links to the photos, or of copies."""
    people: Literal["names", "members"] | None = None
    """What is read about the people whom the service recognises: their names, or also on which items they are seen.

    None: where sidecars get it, on which items; else their names."""

    @property
    def reads_people(self) -> bool:
        """Whether a complete listing reads on which items people are seen."""
        return (self.people or ("members" if self.sidecar is SidecarContent.METADATA else "names")) == "members"

    def metadata_settings(self, mode: Mode | None = None) -> Settings:
        """The settings of the EXIF fixer; `mode` replaces the configured one."""
        of_fixer = self.model_dump(include={each.name for each in fields(Settings)})
        return Settings(mode=mode or self.exif, **of_fixer)
