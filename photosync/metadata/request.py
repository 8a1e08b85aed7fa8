"""What the fixer is asked to do: what the provider said about a file, and what the user wants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from photosync.errors import ConfigError
from photosync.metadata.capture_time.zones import named_zone
from photosync.model import CaptureTime, GpsPosition, Item


class Mode(StrEnum):
    """Where what is missing may be written."""

    FIX = "fix"
    SIDECAR = "sidecar"
    OFF = "off"


class SidecarName(StrEnum):
    """How a sidecar is called: after the whole file name, or (raw files only) after its stem."""

    FULL = "full"
    STEM = "stem"


@dataclass(frozen=True, slots=True)
class Given:
    """What is known about a file apart from its content. For a file that no provider delivered that is its name."""

    name: str = ""
    """As the provider calls the file; the name of a partial file says nothing."""
    taken: CaptureTime | None = None
    added: datetime | None = None
    """When the item came to the provider, an aware time."""
    gps: GpsPosition | None = None
    sha256: str = ""
    """Of the content, where it is known already."""

    def __post_init__(self) -> None:
        if self.added is not None and self.added.tzinfo is None:
            raise ValueError("the time at which an item was added is an instant; give it a zone")

    @classmethod
    def of(cls, item: Item, sha256: str = "") -> Given:
        """What the provider says about `item`."""
        return cls(item.name, item.taken, item.added, item.gps, sha256)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user wants of the fixer, a value an account; `--set` replaces single fields."""

    mode: Mode = Mode.FIX
    time_zone: str | None = None
    """An IANA name, `Europe/Berlin`."""
    artist: str | None = None
    copyright: str | None = None
    write_gps: bool = False
    remove_software: bool = False
    sidecar_name: SidecarName = SidecarName.FULL

    def __post_init__(self) -> None:
        object.__setattr__(self, "mode", Mode(self.mode))
        object.__setattr__(self, "sidecar_name", SidecarName(self.sidecar_name))
        if self.time_zone is not None:
            named_zone(self.time_zone)
        for name in ("artist", "copyright"):
            text = getattr(self, name) or ""
            if not text.isprintable():
                raise ConfigError(f"{name} '{text!a}' has characters that cannot be written. Use plain text.")
