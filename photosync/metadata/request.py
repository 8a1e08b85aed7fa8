"""What the fixer is asked to do: what the provider said about a file, and what the user wants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from photosync.errors import ConfigError
from photosync.model import CaptureTime


class Mode(StrEnum):
    """Where what is missing may be written."""

    FIX = "fix"
    SIDECAR = "sidecar"
    OFF = "off"


class SidecarName(StrEnum):
    """How a sidecar is called: after the whole file name, or (raw files only) after its stem."""

    FULL = "full"
    STEM = "stem"


MAX_ALTITUDE_M = 1e7
"""What is higher, or no number, is no altitude."""


@dataclass(frozen=True, slots=True)
class GpsPosition:
    """Degrees, north and east positive; metres above the sea."""

    latitude: float
    longitude: float
    altitude_m: float | None = None

    def __post_init__(self) -> None:
        if self.altitude_m is not None and not abs(self.altitude_m) < MAX_ALTITUDE_M:
            object.__setattr__(self, "altitude_m", None)

    @property
    def is_real(self) -> bool:
        """Whether it can be a place at all: 0,0 is what services send for 'none'."""
        return (
            -90 <= self.latitude <= 90
            and -180 <= self.longitude <= 180
            and (abs(self.latitude) > 1e-9 or abs(self.longitude) > 1e-9)
        )


@dataclass(frozen=True, slots=True)
class Given:
    """What is known about a file from outside. All of it may be missing: `fix` on a strange folder knows nothing."""

    name: str = ""
    """As the provider calls the file; the partial file's own name says nothing."""
    taken: CaptureTime | None = None
    offset: timedelta | None = None
    """Of local time from UTC at the capture, for providers that tell."""
    added: datetime | None = None
    gps: GpsPosition | None = None
    sha256: str = ""
    """Of the content, where the caller hashed it while it came; saves a reading."""

    def __post_init__(self) -> None:
        if self.added is not None and self.added.tzinfo is None:
            raise ValueError("the time at which an item was added is an instant; give it a zone")


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


def named_zone(name: str) -> ZoneInfo:
    """The zone called `name`, from the system or from the `tzdata` package."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"time zone '{name}' is not known. Use a name such as Europe/Berlin.") from error
