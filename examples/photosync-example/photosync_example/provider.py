"""The provider `example`: a service that lists photos as JSON, the newest first, and gives their bytes.

GET /photos?before=ID    {"photos": [{"id": "7", "name": "A.JPG", …}], "next": "7"}
GET /photos/ID/content   the original bytes
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Self
from urllib.parse import quote

from pydantic import Field

from photosync.errors import ProviderError
from photosync.model import CaptureTime, Item, Kind, Selection, TimeMeaning
from photosync.provider import AccountContext, AccountSettings, Page, ServiceFacts
from photosync.provider_kit.endless import ListingProgress
from photosync.provider_kit.json_fields import (
    Json,
    as_object,
    clock_time,
    date_time,
    dimension,
    file_size,
    identifier,
    page_token,
    parts,
    text,
    unusable,
)
from photosync.transport import Destination, TransportSettings

API = "https://photos.example/api"


class ExampleSettings(AccountSettings):
    """The settings of an account in the configuration."""

    secret_keys: ClassVar[frozenset[str]] = frozenset({"token"})

    token: str = Field(repr=False)
    """The access token that the service's web page shows."""


class ExampleAuth:
    """Adds the token to requests; implements the transport's `Auth`."""

    def __init__(self, account: str, token: str) -> None:
        self._account = account
        self._token = token

    def headers(self) -> Mapping[str, str]:
        """The bearer token."""
        return {"Authorization": f"Bearer {self._token}"}

    def refresh(self) -> bool:
        """Nothing can be refreshed."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """The token."""
        return (self._token,)

    def explain(self, detail: str) -> str:
        """The error message for a refused token."""
        return f"account '{self._account}': the service refuses the token ({detail}). Copy a new one to 'token'."


class ExampleProvider:
    """One account; implements `Provider`."""

    facts: ClassVar = ServiceFacts(
        title="Example Photos",
        selects=frozenset({"years", "months", "since", "until", "kind", "favorites"}),
        newest_first=True,
    )
    settings_type: ClassVar[type[AccountSettings]] = ExampleSettings
    endpoint_names: ClassVar[frozenset[str]] = frozenset({"api"})

    def __init__(self, settings: ExampleSettings, context: AccountContext) -> None:
        self._api = settings.endpoints.get("api", API).rstrip("/")
        auth = ExampleAuth(context.account, settings.token)
        self._transport = context.transport(TransportSettings(own_hosts=(self._api,), auth=auth))

    @classmethod
    def open(cls, settings: AccountSettings, context: AccountContext) -> Self:
        """Make the account ready; nothing is sent."""
        assert isinstance(settings, ExampleSettings)
        return cls(settings, context)

    def list(self, selection: Selection, collection: str | None, since: str | None) -> Iterator[Page]:  # noqa: ARG002
        """All photos, one page a request; the core leaves out what was not selected."""
        before: str | None = None
        progress = ListingProgress("Example Photos")
        while True:
            answer = self._transport.json("GET", f"{self._api}/photos", check=_check_page, params={"before": before})
            items = [item for each in parts(answer, "photos") if (item := _item(each)) is not None]
            yield Page(items, unusable=unusable(answer, "photos"))
            before = page_token(answer, "next")
            if before is None:
                return
            progress.check((item.id for item in items), before)

    def download(self, item: Item, destination: Destination) -> None:
        """The original bytes."""
        self._transport.download(f"{self._api}/photos/{quote(item.id, safe='')}/content", destination)

    def sign_in_state(self) -> str:
        """For `photosync status`."""
        return "a token"

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


def _check_page(answer: object) -> None:
    """Raise `ProviderError` for an answer that is no page: it is requested again."""
    if not isinstance(as_object(answer).get("photos"), list):
        raise ProviderError("Example Photos answered without a list of photos; its protocol may have changed.")


def _item(content: Json) -> Item | None:
    """Parse an item's JSON; None without a usable id. Every other field may be missing."""
    id_ = identifier(content)
    if id_ is None:
        return None
    taken = clock_time(content, "taken")
    return Item(
        id=id_,
        name=text(content, "name") or id_,
        kind=Kind.VIDEO if content.get("type") == "video" else Kind.PHOTO,
        taken=CaptureTime(taken, TimeMeaning.LOCAL) if taken else None,
        size_bytes=file_size(content, "size"),
        md5=text(content, "md5"),
        width=dimension(content, "width"),
        height=dimension(content, "height"),
        favorite=content.get("favorite") is True,
        added=date_time(content, "added"),
        revision=text(content, "revision"),
    )
