"""What a provider must do: `list` and `download`; and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, Self

from photosync.model import Item, Selection
from photosync.provider.facts import ServiceFacts
from photosync.provider.settings import AccountSettings
from photosync.transport import Destination, Transport, TransportSettings


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to one request of a listing, in the service's order."""

    items: Sequence[Item]
    total: int | None = None
    """How many items the whole listing has, as the service counts now."""
    removed: Sequence[str] = ()
    """Ids that the service says are gone, in listings that carry marks."""
    is_whole: bool = False
    """A mark was given, and the listing is complete all the same: what is not in it is gone."""
    mark: str | None = None
    """All items up to and including this page are known to a caller that gives this back as `since`."""


@dataclass(frozen=True, slots=True)
class AccountContext:
    """What the core gives to a provider that is being opened."""

    account: str
    state: Path
    """A folder of the account's own for tokens and caches: made on demand, mode 0700, outside the library."""
    transport: Callable[[TransportSettings], Transport]
    """Opens an HTTP session; the core adds time-outs, retries, pacing and redaction."""
    say: Callable[[str], None]
    """Tells the user something, on standard error."""


class Provider(Protocol):
    """What every provider must do. One object serves one account; `download` is called from several threads."""

    facts: ClassVar[ServiceFacts]
    settings_type: ClassVar[type[AccountSettings]]
    endpoint_names: ClassVar[frozenset[str]]

    @classmethod
    def open(cls, settings: AccountSettings, context: AccountContext) -> Self:
        """Make the account ready without sending anything. A sign-in that cannot work raises `SignInError`."""

    def list(self, selection: Selection, collection: str | None, since: str | None) -> Iterator[Page]:
        """Yield the items of `selection`, one page per request; each request is sent when its page is asked for.

        `collection` is an id from `collections`; `since` is the last mark that the core stored, if any. Items that the
        service cannot filter out may stay: the core filters again. A page may repeat items of earlier pages. Raises
        `SignInError`, `TemporaryError`, `ProviderError`.
        """

    def download(self, item: Item, destination: Destination) -> None:
        """Write the content of `item`, unchanged, to `destination`; called again for the same item after a failure.

        Raises `ItemError` for what concerns this item alone, `SignInError` and `TemporaryError` for the rest.
        """

    def sign_in_state(self) -> str:
        """A few words for the user, without secrets and without asking the service: `cookies for amazon.co.uk`."""

    def close(self) -> None:
        """Close connections and files."""
