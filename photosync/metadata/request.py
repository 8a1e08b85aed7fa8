"""The input of the fixer: the provider's data of a file, and the user's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from photosync.errors import ConfigError
from photosync.metadata.capture_time.zones import named_zone
from photosync.model import CaptureTime, GpsPosition, Item


class Mode(StrEnum):
    """Where missing data may be written."""

    FIX = "fix"
    SIDECAR = "sidecar"
    OFF = "off"


class SidecarName(StrEnum):
    """The name of a sidecar: from the whole file name, or (raw files only) from its stem."""

    FULL = "full"
    STEM = "stem"


class SidecarContent(StrEnum):
    """The content of sidecars."""

    MISSING = "missing"
    """Only what a file lacks and the fixer may not write into it."""
    METADATA = "metadata"
    """Also what the service knows about the item."""


@dataclass(frozen=True, slots=True)
class Given:
    """The known facts about a file besides its content. For a file without a provider, only its name."""

    name: str = ""
    """The provider's name of the file; the name of a partial file has no meaning."""
    taken: CaptureTime | None = None
    added: datetime | None = None
    """When the item arrived at the provider, an aware time."""
    gps: GpsPosition | None = None
    sha256: str = ""
    """The hash of the content, if known already."""
    collection: str = ""
    """The name of the collection that it was saved from, which may have a time zone of its own."""
    has_dated_sidecar: bool = False
    """Whether another program's sidecar beside the file has a date. None is written that may differ from it."""

    def __post_init__(self) -> None:
        if self.added is not None and self.added.tzinfo is None:
            raise ValueError("the time at which an item was added is an instant; give it a zone")

    @classmethod
    def of(cls, item: Item, sha256: str = "") -> Given:
        """The provider's data of `item`."""
        return cls(item.name, item.taken, item.added, item.gps, sha256, item.folder or "")


@dataclass(frozen=True, slots=True)
class Settings:
    """The user's settings of the fixer, one value per account; `--set` replaces single fields."""

    mode: Mode = Mode.FIX
    time_zone: str | None = None
    """An IANA name, `Europe/Berlin`."""
    collection_zones: Mapping[str, str] = field(default_factory=dict)
    """Of collections that have another one, by name."""
    artist: str | None = None
    copyright: str | None = None
    write_gps: bool = False
    remove_software: bool = False
    sidecar_name: SidecarName = SidecarName.FULL
    sidecar: SidecarContent = SidecarContent.MISSING
    overwrite: frozenset[str] = frozenset()
    """The texts in Exif that may be overwritten, by their names in lower case."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Further texts for Exif, as `checked_tags` returns them."""
    has_titles: bool = False
    """The service has names of its own for its items; else the provider makes them up."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "mode", Mode(self.mode))
        object.__setattr__(self, "sidecar_name", SidecarName(self.sidecar_name))
        object.__setattr__(self, "sidecar", SidecarContent(self.sidecar))
        if self.time_zone is not None:
            named_zone(self.time_zone)
        for name in ("artist", "copyright"):
            text = getattr(self, name) or ""
            if not text.isprintable():
                raise ConfigError(f"{name} '{text!a}' has characters that cannot be written. Use plain text.")

    @property
    def texts(self) -> dict[str, str]:
        """The wanted texts in Exif, by their names."""
        texts = {"Artist": self.artist or "", "Copyright": self.copyright or "", **self.tags}
        return {name: text for name, text in texts.items() if text}

    def of(self, given: Given) -> Settings:
        """With the time zone of a file's collection, if it has one."""
        zone = self.collection_zones.get(given.collection)
        return replace(self, time_zone=zone) if zone else self
