"""What a provider must do, what it may do, and how plugins are found.

The words:

ACCOUNT     one sign-in at one provider, under a name that the user chose.
PROVIDER    the plugin that speaks one service's protocol. It knows `model`, `errors`, `transport` and this module.
ITEM        one photo or video. Its identity is account + id, never its name.
COLLECTION  what a provider groups items by: album, frame, folder.
SELECTION   which items a command is about.
PAGE        what one request of a listing brought.
MARK        a provider's own word for 'all up to here', given back to it at the next incremental listing.

A provider is a class, named in the entry point group `photosync.providers`, that fulfils `Provider`. What it can do
beside that it says by having the methods of the small protocols below; the core looks, and turns what is missing into
a clear error before anything is sent. A provider never retries, sleeps, prints or writes outside its state folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from threading import Event
from typing import Annotated, BinaryIO, ClassVar, Protocol, Self, runtime_checkable

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo

from photosync.errors import ItemError, UsageError
from photosync.model import CaptureTime, Collection, Digest, Item, Kind, Selection, Usage
from photosync.transport import Destination, Transport, TransportSettings
from photosync.units import duration

GROUP = "photosync.providers"


def beside_config(value: object, info: ValidationInfo) -> object:
    """A text of the configuration as a path, for fields that may also be something else."""
    if not isinstance(value, str | Path):
        return value
    folder = (info.context or {}).get("folder", Path())
    return Path(folder, Path(value).expanduser())


ConfigPath = Annotated[Path, BeforeValidator(beside_config)]
"""A path in the configuration: `~` is the home folder, and a relative one starts at the configuration file."""

Duration = Annotated[timedelta, BeforeValidator(duration)]
"""A time span in the configuration: `90`, `30s`, `1h30m`."""


class AccountSettings(BaseModel):
    """What every provider's own settings start from: frozen, and a key that nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoints: dict[str, str] = {}
    """Hosts to use in place of the service's own; `Provider.endpoint_names` are the keys."""


@dataclass(frozen=True, slots=True)
class UploadFacts:
    """Facts about how a service takes files, for those that take any."""

    workers: int = 4
    """Files at a time that the service is known to bear, for `jobs: auto`."""
    needs_collection: bool = False
    """Files go into a collection that the user has to name: `push ACCOUNT COLLECTION PATH…`."""
    names_conflict: bool = False
    """Two files of one name cannot lie in one folder, so that `--on-conflict` means something."""
    resizes: bool = False
    """What is too large can go up as a reduced copy: `--resize`."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts about a service, so that the core asks for facts and never for names."""

    title: str
    """The service's name as its users know it."""
    selects: frozenset[str]
    """The fields of `Selection` that `list` understands: those that the service filters, and those that the core can
    filter because items carry what it takes."""
    newest_first: bool = False
    """Listings come in the order in which items were added, the newest first, so that an incremental one may stop at
    the first page that holds nothing new."""
    marks: bool = False
    """Listings carry marks: the next one can begin where the last ended."""
    workers: int = 8
    """Downloads at a time that the service is known to bear, for `jobs: auto`."""
    layout: str = "{year}/{month}/{name}"
    """Where items go unless the user says otherwise."""
    provider_dates: bool = False
    """Folders go by the capture time that the service tells, whatever a file says: users know their items by it."""
    collection_word: str = "album"
    content_names: bool = False
    """Whether the service changes formats and keeps names (`.HEIC` for a JPEG): the content decides the extension."""
    needs_picking: bool = False
    """A person has to pick in a browser: there is nothing that `pull` could list."""
    upload: UploadFacts | None = None
    """None: nothing can be uploaded. Else the provider fulfils `Uploads`."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one request of a listing brought, in the service's order."""

    items: Sequence[Item]
    total: int | None = None
    """How many items the whole listing has, as the service counts now."""
    removed: Sequence[str] = ()
    """Ids that the service says are gone, in listings that carry marks."""
    is_whole: bool = False
    """A mark was given, and the listing brings everything all the same: what it does not bring is gone."""
    mark: str | None = None
    """Everything up to and with this page is known to whoever gives this back as `since`."""


@dataclass(frozen=True, slots=True)
class AccountContext:
    """What the core gives to a provider that is being opened."""

    account: str
    state: Path
    """A folder of the account's own for tokens and caches: made on demand, mode 0700, outside the library."""
    transport: Callable[[TransportSettings], Transport]
    """Opens the account's one HTTP session; the core adds time-outs, back-off, pacing and redaction."""
    say: Callable[[str], None]
    """Tells the user something, on standard error."""


class Provider(Protocol):
    """What every provider must do. One object serves one account; `download` is called from several threads."""

    facts: ClassVar[Facts]
    settings_type: ClassVar[type[AccountSettings]]
    endpoint_names: ClassVar[frozenset[str]]

    @classmethod
    def open(cls, settings: AccountSettings, context: AccountContext) -> Self:
        """Make the account ready without sending anything. A sign-in that cannot work raises `SignInError`."""
        ...

    def list(self, selection: Selection, collection: str | None, since: str | None) -> Iterator[Page]:
        """The items of `selection`, one page a request, each request sent only when its page is asked for.

        `collection` is an id from `collections`; `since` is the last mark that the core stored, if any. What the
        service cannot filter may be left in; the core filters again. A page may repeat items of earlier ones. Raises
        `SignInError`, `TemporaryError`, `ProviderError`.
        """
        ...

    def download(self, item: Item, destination: Destination) -> None:
        """Bring the content of `item`, unchanged, to `destination`; called again for the same item after a failure.

        Raises `ItemError` for what concerns this item alone, `SignInError` and `TemporaryError` for the rest.
        """
        ...

    def sign_in_state(self) -> str:
        """A few words for a person, without secrets and without asking the service: `cookies for amazon.co.uk`."""
        ...

    def close(self) -> None:
        """Let go of connections and files."""
        ...


@runtime_checkable
class HasCollections(Protocol):
    """May: albums, frames or folders."""

    def collections(self) -> Iterator[Collection]:
        """All of them, with their ids."""
        ...


@runtime_checkable
class HasUsage(Protocol):
    """May: how much storage is used."""

    def usage(self) -> Sequence[Usage]:
        """A row for each type of content."""
        ...


@runtime_checkable
class Counts(Protocol):
    """May: how many items match, without listing them."""

    def count(self, selection: Selection, collection: str | None) -> int | None:
        """How many, or None where only a listing can tell."""
        ...


@runtime_checkable
class HasFolders(Protocol):
    """May: items that the user wants in folders of their own, outside the library."""

    def folder(self, item: Item) -> Path | None:
        """The folder for `item`, or None for its place in the library."""
        ...


@runtime_checkable
class HasOlderFiles(Protocol):
    """May: files that another program left, under names of its own, and that need not be brought again."""

    def older_files(self, item: Item, folder: Path) -> Sequence[Path]:
        """Files in `folder` that by their names are `item`, the surest first; the same ones throughout a run."""
        ...

    def is_sound(self, item: Item, path: Path) -> bool:
        """Whether one of them holds the whole content, as far as its bytes can tell."""
        ...


class Interaction(Protocol):
    """How a provider talks to the person who signs in or picks. The command line gives one."""

    @property
    def browser_allowed(self) -> bool:
        """Whether a browser may be opened on this machine."""
        ...

    @property
    def port(self) -> int | None:
        """The port that the person wants the answer of the sign-in page to come to, for `ssh -L`; None: any."""
        ...

    def show(self, message: str) -> None:
        """Tell something."""
        ...

    def show_link(self, url: str, purpose: str, qr_code: bool = False, browser_url: str | None = None) -> None:
        """Show an address to open, and open it where that is allowed; `qr_code` draws it for a phone's camera.

        `browser_url` is what to open in its place in a browser on this machine.
        """
        ...

    def ask(self, prompt: str) -> str | None:
        """Ask for a line of text; None where nobody can answer, under cron for example."""
        ...


@runtime_checkable
class SignsIn(Protocol):
    """May: a sign-in that can be done from here."""

    def sign_in(self, interaction: Interaction) -> str:
        """Sign in with the person's help, keep what was obtained, and say in a few words as whom."""
        ...

    def sign_out(self) -> str:
        """Give up and delete what `sign_in` obtained, whatever the service answers; says what was done."""
        ...


@dataclass(frozen=True, slots=True)
class Picking:
    """A picking session as it stands at the moment."""

    id: str
    link: str
    """Where a person picks, on any device."""
    browser_link: str
    """The same for a browser on this machine."""
    is_done: bool
    """Whether the person has finished."""
    poll_every_s: float
    """How often the service wants to be asked."""
    closes_in_s: float
    """How long it is worth asking."""


@runtime_checkable
class Picks(Protocol):
    """May: a person picks in a browser what is to be brought. To `list`, a picking session is a collection.

    Sessions are remembered on the disk from their beginning to their end, so that a run that was killed can go on.
    """

    def needs_sign_in(self) -> bool:
        """Whether a person has to sign in first, as far as can be told without asking the service."""
        ...

    def unfinished(self) -> Sequence[Collection]:
        """The sessions that have not been ended, the oldest first, without asking the service."""
        ...

    def begin_picking(self, most: int | None) -> Picking:
        """Open a session in which at most so many items can be picked."""
        ...

    def picking(self, session_id: str) -> Picking | None:
        """How a session stands; None for one that is over, which is forgotten by then."""
        ...

    def end_picking(self, session_id: str) -> None:
        """End a session: all that was picked is here, or nothing will be picked."""
        ...

    def caveat(self) -> str:
        """What a person should know of what this service gives, in a sentence."""
        ...


class Outgoing(Protocol):
    """A file on its way up. The core gives it; every byte that is read through `open` counts as progress."""

    @property
    def path(self) -> Path:
        """Where it lies, for a program that has to read more than its bytes. Nobody changes it."""
        ...

    @property
    def name(self) -> str:
        """What it is to be called at the service."""
        ...

    @property
    def folder(self) -> tuple[str, ...]:
        """The folders around it, the outermost first, beginning where the user's push begins; often none."""
        ...

    @property
    def kind(self) -> Kind:
        """By its content."""
        ...

    @property
    def mime(self) -> str:
        """Its media type, by its content: `image/jpeg`; `application/octet-stream` where nobody knows."""
        ...

    @property
    def size_bytes(self) -> int:
        """How many bytes `open` gives."""
        ...

    @property
    def modified(self) -> datetime:
        """The file's own time, an aware one."""
        ...

    def taken(self) -> CaptureTime | None:
        """When it was taken, by what the file says; it is read on demand."""
        ...

    def digest(self) -> Digest:
        """Its hashes. The file is read for them unless it has been read to its end through `open`."""
        ...

    def open(self) -> BinaryIO:
        """Its bytes from the beginning; it can be called again, and `seek` works. Raises `ItemError` if the file is
        not what it was when the push began."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """A file whose bytes are at the service."""

    file: Outgoing
    item: Item | None = None
    """What became of it, where the service has told already."""
    token: str = ""
    """What the provider needs to finish it."""
    was_there: bool = False
    """The service had this content before, so that nothing was sent or what was sent is not kept."""


@dataclass(frozen=True, slots=True)
class UploadWish:
    """What a push asks of a provider."""

    collection: str | None = None
    """Where to: an id, or a name as the user typed it."""
    resize: bool = False
    """Send a reduced copy of what is too large."""
    dry_run: bool = False
    """Nothing at the service may be changed, nor made: only `find` is called."""


class Uploader(Protocol):
    """One push. `find` and `send` are called from several threads, the rest from one at a time.

    A file goes: `find`; and where that gives None, `prepare` with its batch, `send`, `finish` with its batch. What
    `find` gave goes to `finish` with its batch as well, so that it can join a collection.
    """

    @property
    def place(self) -> str:
        """A word for where files go, the same in every run. What was pushed to one place is not known at another;
        empty where a content is at the service once and for all."""
        ...

    @property
    def batch(self) -> int:
        """So many files are prepared together, and finished together; 1 where nothing is gained by waiting."""
        ...

    @property
    def wait_s(self) -> float:
        """How long at least a file is looked for whose bytes were all sent and whose answer was lost, before it is sent
        again. Large files get more time."""
        ...

    def find(self, file: Outgoing) -> Item | None:
        """What the service has of this content already. Asks again each time, and changes nothing.

        Raises `ItemError` for a file that the service would refuse: too large, of a kind that it does not take.
        """
        ...

    def prepare(self, files: Sequence[Outgoing]) -> None:
        """Make what has to be there before these are sent: folders, for example. An `ItemError` concerns them all."""
        ...

    def send(self, file: Outgoing) -> Sent:
        """Bring the bytes of one file up. What was sent is checked against what the service says that it has.

        Raises `ItemError`, and of those `NameTakenError` for another content under this name, which the core may answer
        with the same file under another name, and `StorageFullError`. `LostAnswerError` makes the core look with
        `find`, and send again where there is nothing.
        """
        ...

    def finish(self, sent: Sequence[Sent]) -> Sequence[Sent | ItemError]:
        """Make items of these, and put them where they belong. The answers are in the order of `sent`, and each `Sent`
        among them has its item."""
        ...


@runtime_checkable
class Uploads(Protocol):
    """May: files go up. `Facts.upload` says how."""

    def uploader(self, wish: UploadWish) -> Uploader:
        """Begin a push; what has to be asked first is asked now. Raises `UsageError` for a wish that cannot be."""
        ...


@runtime_checkable
class AsksToUpload(Protocol):
    """May: uploads take a permission of their own, which a person gives when it is wanted for the first time."""

    def needs_upload_permission(self) -> bool:
        """Whether a person has to be asked, as far as can be told without asking the service."""
        ...

    def permit_upload(self, interaction: Interaction) -> str:
        """Have the person permit it, keep what was obtained, and say in a few words as whom."""
        ...


def place_outside(provider: Provider, item: Item) -> str:
    """The folder outside the library in which `item` has its place; empty for the library."""
    folder = provider.folder(item) if isinstance(provider, HasFolders) else None
    return str(folder) if folder else ""


class Traffic(Protocol):
    """What an account's session has sent so far."""

    @property
    def requests(self) -> int:
        """Every HTTP request, redirects and repetitions included."""
        ...

    @property
    def retries(self) -> int:
        """Those among them that repeated one that failed."""
        ...


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is ready for work: what every job is given."""

    name: str
    provider: Provider
    traffic: Traffic
    cancel: Event
    """Set by whoever wants the account's requests to end at once."""


class ProviderPlugin:
    """A provider that an entry point names. Loading imports the plugin, so it waits until somebody asks."""

    def __init__(self, entry_point: EntryPoint) -> None:
        self.name = entry_point.name
        self._entry_point = entry_point

    @property
    def distribution(self) -> str:
        """The distribution that brought it, with its version."""
        source = self._entry_point.dist
        return f"{source.name} {source.version}" if source else "unknown"

    def load(self) -> type[Provider]:
        """The provider's class."""
        loaded: type[Provider] = self._entry_point.load()
        return loaded


def plugins() -> Mapping[str, ProviderPlugin]:
    """All providers that are installed, by name."""
    return {entry.name: ProviderPlugin(entry) for entry in sorted(entry_points(group=GROUP))}


def abilities(provider: type[Provider]) -> list[str]:
    """What `provider` can do, in words: `list`, `download` and whatever it has beside them."""
    optional = {
        "upload": Uploads,
        "collections": HasCollections,
        "usage": HasUsage,
        "count": Counts,
        "pick": Picks,
        "login": SignsIn,
    }
    return [
        "list",
        "download",
        *(word for word, protocol in optional.items() if issubclass(provider, protocol)),
    ]


def check_selection(facts: Facts, account: str, selection: Selection) -> None:
    """Refuse a selection that this account cannot do, before anything is sent."""
    wanted = {
        "--year": ("years", selection.years),
        "--month": ("months", selection.months),
        "--since": ("since", selection.since),
        "--until": ("until", selection.until),
        "--kind": ("kind", selection.kind),
        "--favorites": ("favorites", selection.favorites),
        "--all-files": ("all_files", selection.all_files),
        "--query": ("query", selection.query),
        "--recent": ("recent", selection.recent),
    }
    missing = [option for option, (name, value) in wanted.items() if value and name not in facts.selects]
    if missing:
        raise UsageError(
            f"account '{account}': {facts.title} cannot select by {', '.join(missing)}. "
            "Leave that out, or select otherwise."
        )
