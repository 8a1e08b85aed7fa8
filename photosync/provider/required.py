"""What a provider must implement: `list` and `download`; and what the core gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
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
    """The service's current number of items in the whole listing."""
    removed: Sequence[str] = ()
    """Ids of items that are gone according to the service, in listings with marks."""
    is_whole: bool = False
    """The listing is complete although a mark was given: items that are not in it are gone."""
    unusable: int = 0
    """The number of entries without a usable id: no items, but the listing lacks them, so nothing is taken for gone."""
    others: Sequence[str] = ()
    """Ids of entries that are no items, such as uploads that were never finished. An item cannot become one, so nothing
    is taken for gone if one of them is known."""
    missing: Sequence[str] = ()
    """Ids that were asked for and that the account does not have. From the core; a provider leaves them out."""
    mark: str | None = None
    """A caller that passes this as `since` knows all items up to and including this page."""


@dataclass(frozen=True, slots=True)
class AccountContext:
    """The values that a provider gets from the core when it is opened."""

    account: str
    state: Path
    """The account's folder for tokens and caches: created on demand, mode 0700, outside the library."""
    transport: Callable[[TransportSettings], Transport]
    """Opens an HTTP session; the core adds time-outs, retries, pacing and redaction."""
    say: Callable[[str], None]
    """Shows the user a message, on standard error."""
    cancel: Event = field(default_factory=Event)
    """Set when the run ends, for waits other than those of the transport."""


class Provider(Protocol):
    """The required methods. One object is for one account; `download` is called from several threads."""

    facts: ClassVar[ServiceFacts]
    settings_type: ClassVar[type[AccountSettings]]
    endpoint_names: ClassVar[frozenset[str]]

    @classmethod
    def open(cls, settings: AccountSettings, context: AccountContext) -> Self:
        """Prepare the account without sending anything. A sign-in that cannot work raises `SignInError`."""

    def list(self, selection: Selection, collection: str | None, since: str | None) -> Iterator[Page]:
        """Yield the items of `selection`, one page per request; each request is sent when its page is needed.

        `collection` is an id from `collections`; `since` is the last mark that the core stored, if any. Items that the
        service cannot filter may stay: the core filters again. A page may repeat items of earlier pages. Raises
        `SignInError`, `TemporaryError`, `ProviderError`.
        """

    def download(self, item: Item, destination: Destination) -> None:
        """Write the content of `item`, unchanged, to `destination`; called again for the same item after a failure.

        Raises `ItemError` for problems of this item only, `SignInError` and `TemporaryError` for all others.
        """

    def sign_in_state(self) -> str:
        """A short text for the user, without secrets and without asking the service: `cookies for amazon.co.uk`."""

    def close(self) -> None:
        """Close connections and files."""
