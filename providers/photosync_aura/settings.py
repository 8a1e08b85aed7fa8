"""The configuration of an Aura account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from photosync.provider import AccountSettings, ConfigPath, Question, SetUp

API = "https://api.pushd.com/v5"
IMAGES = "https://imgproxy.pushd.com"
UPLOAD = "https://s3.amazonaws.com/images.senseapp.co"
"""The bucket in the path: with TLS, the dots in its name are invalid in a host name (protocol notes, 8.1)."""
IDENTITY = "https://cognito-identity.us-east-1.amazonaws.com/"
API_PAUSE_S = 0.5
MEDIA_PAUSE_S = 1.0
LEAST_MEDIA_PAUSE_S = 0.25
"""What the host of the pictures allows is unknown; another client downloads five at a time (protocol notes, 6.3)."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _short_form(value: object) -> object:
    """A frame may be given by its id only."""
    return {"id": value} if isinstance(value, str) else value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"expected a time zone such as Europe/Berlin, not '{value}'") from error
    return value


def _email(value: str) -> str:
    is_reference = value.startswith("keyring:") or "${" in value  # checked again when it is looked up
    if not is_reference and not all(value.strip().rpartition("@")):
        raise ValueError(f"expected an e-mail address such as me@example.com, not '{value}'")
    return value


class FrameSettings(BaseModel):
    """One frame, under a name that the user chose."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1)]
    path: ConfigPath | None = None
    """The folder for the frame's pictures, instead of one in the library."""
    write: bool = False
    """Whether this frame may be changed: an account also sees other people's frames."""
    time_zone: Annotated[str, AfterValidator(_time_zone)] | None = None
    """If given, the frame's times are local times there, although the service labels them UTC."""


class AuraSettings(AccountSettings):
    """An Aura account."""

    secret_keys: ClassVar[frozenset[str]] = frozenset({"password", "token"})

    email: Annotated[str, AfterValidator(_email)]
    password: str | None = None
    """Needed only for the sign-in; after that the session is stored."""
    frames: dict[str, Annotated[FrameSettings, BeforeValidator(_short_form)]] = Field(default_factory=dict)
    token: ConfigPath | None = None
    """Where the session is stored, instead of the program's own folder."""
    delay: Annotated[float, Field(ge=0, le=300)] | None = None
    """Seconds between two requests to one host, instead of the default pauses."""
    least_delay: Annotated[float, Field(ge=0, le=300)] | None = None
    """How short the pause between two pictures may become while Aura refuses nothing."""
    # The service has refused outdated clients; the two must be of one platform (protocol notes, section 2).
    user_agent: str = "Aura/4.7.4271 (Android 36; Client)"
    app_identifier: str = "com.pushd.client"
    locale: str = "en-US"
    identity_pool: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)+-\d+:.+")] = (
        "us-east-1:b92826c0-8274-43db-abff-136977c13598"
    )
    """The Cognito pool that grants permissions to upload; its region, before the colon, is also the upload store's."""

    @classmethod
    def set_up(cls) -> SetUp:
        """The sign-in of the Aura app."""
        return SetUp(
            (Question("email", "E-mail address"), Question("password", "Password", is_secret=True)),
            "The e-mail address and the password are those of the Aura app.",
        )

    @model_validator(mode="after")
    def _each_frame_once(self) -> Self:
        names: dict[str, str] = {}
        for name, frame in self.frames.items():
            if frame.id in names:
                raise ValueError(f"frames: '{names[frame.id]}' and '{name}' have the same id; keep one of them")
            names[frame.id] = name
        return self

    @property
    def collection_zones(self) -> Mapping[str, str]:
        """Those of the frames."""
        return {name: frame.time_zone for name, frame in self.frames.items() if frame.time_zone}

    @property
    def api(self) -> str:
        """The API's root."""
        return self.endpoints.get("api", API).rstrip("/")

    @property
    def images(self) -> str:
        """The host of the photos."""
        return self.endpoints.get("images", IMAGES).rstrip("/")

    @property
    def upload(self) -> str:
        """The upload store, with its bucket."""
        return self.endpoints.get("upload", UPLOAD).rstrip("/")

    @property
    def identity(self) -> str:
        """The service that grants permissions to upload. A store on this computer has its own."""
        if "identity" in self.endpoints:
            return self.endpoints["identity"]
        store = urlsplit(self.upload)
        return f"{store.scheme}://{store.netloc}/" if store.hostname in _LOOPBACK else IDENTITY

    @property
    def region(self) -> str:
        """The region of the upload store."""
        return self.identity_pool.partition(":")[0]

    def pause_s(self, url: str, usual_s: float) -> float:
        """The pause between requests to `url`; none for a host on this computer."""
        if self.delay is not None:
            return self.delay
        return 0.0 if urlsplit(url).hostname in _LOOPBACK else usual_s

    @property
    def least_media_pause_s(self) -> float | None:
        """How short the pause between two pictures may become; None: it stays. A `delay` alone is fixed."""
        if self.least_delay is not None or self.delay is not None:
            return self.least_delay
        return LEAST_MEDIA_PAUSE_S

    def frame_name(self, frame_id: str) -> str | None:
        """The user's name for a frame."""
        return next((name for name, frame in self.frames.items() if frame.id == frame_id), None)

    def frame(self, frame_id: str) -> FrameSettings | None:
        """The configuration of a frame."""
        return next((frame for frame in self.frames.values() if frame.id == frame_id), None)
