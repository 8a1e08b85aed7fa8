"""The provider `amazon`: Amazon Photos, with the cookies of a signed-in browser.

Facts: protocol notes on Amazon Photos. The API is private and undocumented, so its answers are trusted as
little as possible: any field may be missing, and filtered listings are filtered again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self

from photosync.documents import page_url
from photosync.errors import ItemError, SignInError, UsageError
from photosync.model import (
    PERSON,
    AccountDetails,
    Collection,
    Facet,
    Folder,
    Item,
    Period,
    Selection,
    Usage,
)
from photosync.provider import (
    AccountContext,
    AccountSettings,
    FileOrFolder,
    Interaction,
    Page,
    ServiceFacts,
    SignInHistory,
    UploadFacts,
    UploadRequest,
)
from photosync.provider_kit.amazon_drive.folders import PushFolders
from photosync.provider_kit.json_fields import Json
from photosync.provider_kit.pages_ahead import MOST_AHEAD
from photosync.provider_kit.sign_in_record import SignInRecord
from photosync.transport import Destination
from photosync_amazon.api import SERVICE, AmazonApi
from photosync_amazon.cookies import find_cookies
from photosync_amazon.facets import CATEGORIES, facets_of
from photosync_amazon.items import items_of, person_of
from photosync_amazon.kept_cookies import KeptCookies
from photosync_amazon.listing import AmazonListing
from photosync_amazon.query import check_selection
from photosync_amazon.refusals import AmazonRefusal
from photosync_amazon.session import AmazonSession
from photosync_amazon.settings import AmazonSettings
from photosync_amazon.signing_in import HOW_TO_PASTE, SigningIn

if TYPE_CHECKING:
    from photosync_amazon.album_changes import AlbumChanges
    from photosync_amazon.changes import AmazonChanges
    from photosync_amazon.files import AmazonFiles
    from photosync_amazon.people import AmazonPeople
    from photosync_amazon.uploads import AmazonUploader
    from photosync_amazon.vault import AmazonVault

FAMILY = "family"
"""The context of a search that has what is in the family's vault."""


class AmazonProvider:
    """One Amazon Photos account."""

    facts: ClassVar = ServiceFacts(
        title="Amazon Photos",
        selects=frozenset(
            {
                "years",
                "months",
                "since",
                "until",
                "kind",
                "favorites",
                "query",
                "recent",
                "hidden",
                "context",
                "sort",
                "offset",
            }
        ),
        newest_first=True,
        most_workers=48,  # the contents come from a store that has no known limit
        upload=UploadFacts(workers=4, names_conflict=True),
    )
    settings_type: ClassVar[type[AccountSettings]] = AmazonSettings
    endpoint_names: ClassVar[frozenset[str]] = frozenset({"api", "upload", "thumbnails", "download"})

    def __init__(self, settings: AmazonSettings, context: AccountContext) -> None:
        self._account = context.account
        self._settings = settings
        self._context = context
        self._kept = KeptCookies(context)
        self._opened: AmazonSession | SignInError
        try:
            cookies = self._kept.choose(settings.cookies, settings.tld)
            self._opened = AmazonSession(settings, cookies, context, self._kept)
        except SignInError as error:
            self._opened = error

    @classmethod
    def open(cls, settings: AccountSettings, context: AccountContext) -> Self:
        """Read the cookies; nothing is sent. Without any, all but the sign-in raises `SignInError`."""
        assert isinstance(settings, AmazonSettings)
        return cls(settings, context)

    @property
    def _session(self) -> AmazonSession:
        if isinstance(self._opened, SignInError):
            raise self._opened.with_traceback(None)
        return self._opened

    @property
    def _api(self) -> AmazonApi:
        return self._session.api

    def check_selection(self, selection: Selection, *, in_collection: bool) -> None:
        """Check the filter of the user, and what an album does not have."""
        check_selection(self._account, selection, in_album=in_collection)

    @property
    def _listing(self) -> AmazonListing:
        return AmazonListing(self._account, self._api, self._session.transport)

    def list(self, selection: Selection, collection: str | None, since: str | None) -> Iterator[Page]:  # noqa: ARG002
        """The matching items, the newest first: from a search, or from the members of an album."""
        return self._listing.pages(selection, collection)

    def list_whole(self, selection: Selection, collection: str | None) -> Iterator[Page]:
        """The same, with some pages requested at a time."""
        return self._listing.pages(selection, collection, ahead=MOST_AHEAD)

    def items(self, ids: Sequence[str]) -> Iterator[Page]:
        """The photos and videos with these ids, a request for each."""
        for id_ in ids:
            node = self._api.node(id_)
            yield Page(tuple(items_of([node] if node is not None and node.id == id_ else ())))

    def is_listed(self, item: Item) -> bool:
        """Whether the search without a context has items like this: not hidden ones, and not those of others."""
        owner = item.locator.get("owner")
        return not item.hidden and (owner is None or owner == self._api.root().owner)

    def count(self, selection: Selection, collection: str | None) -> int | None:
        """The number of matches, if the service can count them: not for days, and not in albums."""
        return self._listing.count(selection) if collection is None else None

    def count_by_time(self, selection: Selection, period: Period) -> Mapping[str | None, int] | None:
        """The service's aggregation by time, if its numbers add up to what the search has."""
        return self._listing.count_by_time(selection, period)

    def collections(self) -> Iterator[Collection]:
        """The albums, those that others share included."""
        return (album.collection for album in self._api.albums())

    def people(self) -> Iterator[Collection]:
        """The people whom the user has named."""
        return filter(None, map(person_of, self._api.aggregation("allPeople")))

    def folder_tree(self) -> Iterator[Folder]:
        """All folders, with a request for the folders in each and one for the number of its files."""
        todo: list[tuple[str, tuple[str, ...]]] = [(self._api.root().id, ())]
        seen = set[str]()
        while todo:
            id_, path = todo.pop()
            if id_ in seen:
                continue
            seen.add(id_)
            yield Folder(id_, path, self._api.count_files(id_))
            todo += [(each.id, (*path, each.name or each.id)) for each in self._api.folders_in(id_)]

    def id_at(self, path: Sequence[str]) -> str | None:
        """The id of a file or folder."""
        node = PushFolders(self._account, SERVICE, self._api, AmazonRefusal).node_at(tuple(path))
        return None if node is None else node.id

    def raw_node(self, id_: str, *, link: bool) -> Json | None:
        """A file, folder or album as the service has it."""
        return self._api.raw_node(id_, link=link)

    def account_details(self) -> AccountDetails:
        """The owner, the root, and whether the account is active."""
        root = self._api.root()
        return AccountDetails(root.owner, root.id, self._api.account_status())

    def thumbnail(self, id_: str, pixels: int) -> bytes:
        """A small picture, from the host that has them."""
        return self._api.thumbnail(id_, pixels)

    facet_categories: ClassVar = CATEGORIES

    def facets(self, category: str) -> Sequence[Facet]:
        """The values of a category, as the service counts them."""
        return list(facets_of(category, self._api.aggregation(category)))

    def members(self, collection: Collection) -> Iterator[Sequence[str]]:
        """The ids of the photos and videos in an album, or of a person."""
        if collection.kind == PERSON:
            found = self.list_whole(Selection(query=f"people:({collection.id})"), None)
            return ([item.id for item in page.items] for page in found)
        return (
            [item.id for item in items_of(page.nodes)] for page in self._api.children(collection.id, ahead=MOST_AHEAD)
        )

    def usage(self) -> Sequence[Usage]:
        """The storage used, by type."""
        return self._api.usage()

    def download(self, item: Item, destination: Destination) -> None:
        """The original bytes."""
        self._api.download(item.id, item.locator.get("owner"), destination)

    def uploader(self, request: UploadRequest) -> AmazonUploader:
        """Begin a push: into folders, and into an album if the request names one."""
        from photosync_amazon.uploads import AmazonUploader  # noqa: PLC0415 - only a push needs it

        return AmazonUploader(self._account, self._api, request.collection)

    # Changes

    trash_batch: ClassVar[int] = 50
    purge_refusal: ClassVar[str | None] = None

    def find(self, id_: str) -> FileOrFolder | None:
        """The file or folder of this id."""
        return self._changes.find(id_)

    def files_below(self, folder: FileOrFolder) -> Iterator[Sequence[Item]]:
        """The files in a folder and all folders below."""
        return self._changes.files_below(folder)

    def trash(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Move files, and folders with all that is in them, to the trash."""
        return self._changes.trash(ids)

    def restore(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Move them back."""
        return self._changes.restore(ids)

    def purge(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Delete for good what is in the trash."""
        return self._changes.purge(ids)

    def trashed(self) -> Iterator[Sequence[FileOrFolder]]:
        """Everything in the trash."""
        return self._changes.trashed()

    def set_favorite(self, items: Sequence[Item], *, on: bool) -> Mapping[str, ItemError]:
        """Make them favourites, or end that."""
        return self._changes.set_favorite(items, on=on)

    def set_hidden(self, items: Sequence[Item], *, on: bool) -> Mapping[str, ItemError]:
        """Hide them, or show them again."""
        return self._changes.set_hidden(items, on=on)

    def remote_files(self) -> AmazonFiles:
        """The files and folders, to make and rename them."""
        from photosync_amazon.files import AmazonFiles  # noqa: PLC0415 - only few commands need it

        return AmazonFiles(self._account, self._api, self._changes)

    album_batch: ClassVar[int] = 25  # more are not known to be accepted; the trash takes 50

    def create_album(self, name: str) -> Collection:
        """Create an album."""
        return self._album_changes.create(name)

    def rename_album(self, album: Collection, name: str) -> None:
        """Give it another name."""
        self._album_changes.rename(album, name)

    def delete_album(self, album: Collection) -> None:
        """Delete the album; its items stay."""
        self._album_changes.delete(album)

    def add_to_album(self, album: Collection, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Add items."""
        return self._album_changes.add(album, ids)

    def remove_from_album(self, album: Collection, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Take items out."""
        return self._album_changes.remove(album, ids)

    def everybody(self) -> Sequence[Collection]:
        """The people, also those without a name."""
        return self._people.all()

    def name_person(self, person: Collection, name: str) -> None:
        """Give a person a name."""
        self._people.name(person, name)

    def merge_people(self, people: Sequence[Collection], name: str) -> None:
        """Make one person of several."""
        self._people.merge(people, name)

    def set_cover(self, person: Collection, item_id: str) -> None:
        """Choose the picture of a person."""
        self._people.cover(person, item_id)

    vault_batch: ClassVar[int] = 50

    def vault_items(self) -> Iterator[Sequence[str]]:
        """The ids of what is in the family's vault."""
        _ = self._vault.family
        return ([item.id for item in page.items] for page in self.list_whole(Selection(context=FAMILY), None))

    def add_to_vault(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Put items into the family's vault."""
        return self._vault.add(ids)

    def remove_from_vault(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Take items out of it."""
        return self._vault.remove(ids)

    @cached_property
    def _vault(self) -> AmazonVault:
        from photosync_amazon.vault import AmazonVault  # noqa: PLC0415 - only one command needs it

        return AmazonVault(self._account, self._api, self._changes, self._settings.family_id)

    @property
    def _people(self) -> AmazonPeople:
        from photosync_amazon.people import AmazonPeople  # noqa: PLC0415 - only few commands need it

        return AmazonPeople(self._api, self._context.cancel)

    @property
    def _album_changes(self) -> AlbumChanges:
        from photosync_amazon.album_changes import AlbumChanges  # noqa: PLC0415 - only few commands need it

        return AlbumChanges(self._api, self._changes)

    @property
    def _changes(self) -> AmazonChanges:
        from photosync_amazon.changes import AmazonChanges  # noqa: PLC0415 - only commands that change something need it

        return AmazonChanges(self._api, self._context.cancel)

    def sign_in_state(self) -> str:
        """The country of the cookies; only the service knows whether they are still valid."""
        return f"cookies for amazon.{self._session.cookies.tld}"

    def sign_in_history(self) -> SignInHistory | None:
        """How long the last sign-ins lasted."""
        return SignInRecord(self._context).history()

    def sign_in(self, interaction: Interaction) -> str:
        """Sign in with what the user pastes: cookies of a browser that is signed in, in any form."""
        content = interaction.ask_pasted(HOW_TO_PASTE)
        if content is None:
            raise UsageError(
                f"account '{self._account}': nothing was pasted. {page_url('amazon')} shows what to copy in a "
                f"browser. Paste it, or name a file: photosync login {self._account} --from FILE"
            )
        return self.sign_in_with(content, "the pasted text")

    def sign_in_with(self, content: bytes, source: str) -> str:
        """Sign in with the content of a file."""
        return SigningIn(self._settings, self._context, self._kept).with_content(content, source)

    def sign_in_from_browser(self, browser: str) -> str:
        """Sign in with the cookies in the store of a browser on this computer."""
        return SigningIn(self._settings, self._context, self._kept).with_browser(browser)

    def sign_out(self) -> str:
        """Delete the stored cookies. What the user keeps elsewhere stays, and the browser's own session too."""
        said = "the stored cookies are deleted" if self._kept.forget() else "there were no stored cookies"
        try:
            own = find_cookies(self._settings.cookies, self._settings.tld, self._account)
        except SignInError:
            return f"{said}; to end the session itself, sign out at Amazon in the browser"
        return f"{said}; the cookies of {own.source} are your own and stay: delete them there"

    def close(self) -> None:
        """Store what was renewed, and close the session."""
        if isinstance(self._opened, AmazonSession):
            self._opened.close()
