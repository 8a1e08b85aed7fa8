"""The provider `clouddrive`: Amazon Cloud Drive (later Amazon Drive), signed in by OAuth.

Facts: protocol notes on Amazon Cloud Drive. The service is closed; docs/clouddrive.md describes the use of this.

The account's nodes are stored in a local tree (`tree`), which the changes stream brings up to date. A listing is read
from there, so an unchanged account costs one request.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar, Self

from photosync.documents import page_url
from photosync.errors import ItemError, PhotosyncError, ProviderError, Reason, SignInError, UsageError
from photosync.model import AccountDetails, Collection, Folder, Item, Kind, Quota, Selection, Usage
from photosync.provider import (
    AccountContext,
    AccountSettings,
    FileOrFolder,
    Interaction,
    Page,
    ServiceFacts,
    UploadFacts,
    UploadRequest,
)
from photosync.provider_kit.amazon_drive.folders import PushFolders
from photosync.provider_kit.json_fields import Json, json_object, text
from photosync.provider_kit.tokens import TokenFile
from photosync.transport import Answer, Destination, Transport, TransportSettings
from photosync_clouddrive.api import SERVICE, CloudDriveApi
from photosync_clouddrive.auth import REQUIRED, CloudDriveAuth
from photosync_clouddrive.endpoints import DRIVE, EndpointCache
from photosync_clouddrive.oauth import OwnClient, Relay, TokenSource
from photosync_clouddrive.query import checked_query
from photosync_clouddrive.refusals import CloudDriveRefusal, FrontEndError
from photosync_clouddrive.settings import CloudDriveSettings, client_of
from photosync_clouddrive.sync import sync
from photosync_clouddrive.trash import NO_PURGE, CloudDriveTrash, files_below
from photosync_clouddrive.tree import DriveTree
from photosync_clouddrive.tree_view import TreeView

if TYPE_CHECKING:
    from photosync_clouddrive.changes_listing import ChangesListing
    from photosync_clouddrive.files import CloudDriveFiles
    from photosync_clouddrive.uploads import CloudDriveUploader

AUTHORIZE = "https://www.amazon.com/ap/oa"
TOKENS = "https://api.amazon.com/auth/o2"
WRITE = "clouddrive:write"
"""The scope that lets a client create and trash; it does not include reading."""


class CloudDriveProvider:
    """One account of a drive."""

    facts: ClassVar = ServiceFacts(
        title="Amazon Cloud Drive",
        selects=frozenset({"years", "months", "since", "until", "kind", "recent", "all_files", "query"}),
        marks=True,
        workers=4,
        most_workers=8,  # the most that the clients of its time offered (acd_cli)
        layout="{collection}/{name}",
        collection_word="folder",
        upload=UploadFacts(workers=4, names_conflict=True),
    )
    settings_type: ClassVar[type[AccountSettings]] = CloudDriveSettings
    endpoint_names: ClassVar[frozenset[str]] = frozenset({"auth", "authorize", "drive"})

    def __init__(self, settings: CloudDriveSettings, context: AccountContext) -> None:
        self._account = context.account
        self._settings = settings
        self._context = context
        drive = settings.endpoints.get("drive", DRIVE)
        self._endpoint_cache = EndpointCache(
            context.account, context.state / "endpoint.json", drive, settings.trusted_hosts
        )
        self._token_file = TokenFile(
            settings.token or context.state / "oauth.json",
            account=context.account,
            required=REQUIRED,
            cancel=context.cancel,
        )
        # Three sessions: for requests without a token, for finding the endpoints, and for the endpoints.
        self._sessions: list[Transport] = []
        self._unsigned = self._session(None, drive, self._token_url, *((settings.relay,) if settings.relay else ()))
        self._source = self._token_source()
        self._auth = CloudDriveAuth(context.account, self._token_file, self._source)
        self._lookup = self._session(self._auth, drive)
        self._drive: CloudDriveApi | None = None
        self._drive_lock = threading.Lock()
        self._tree: DriveTree | None = None
        self._tree_lock = threading.Lock()

    @classmethod
    def open(cls, settings: AccountSettings, context: AccountContext) -> Self:
        """Read the client's data; nothing is sent."""
        assert isinstance(settings, CloudDriveSettings)
        return cls(settings, context)

    # Methods for the core

    def check_selection(self, selection: Selection, *, in_collection: bool) -> None:  # noqa: ARG002
        """Check the filter of the user."""
        if selection.query is not None:
            checked_query(selection.query)

    def list(self, selection: Selection, collection: str | None, since: str | None) -> Iterator[Page]:
        """All items, the newest first; or changes since a mark. With a folder, all items below it."""
        query = None if selection.query is None else checked_query(selection.query)
        view = self._synced(selection)
        if collection is not None and collection not in view.folders:
            raise UsageError(f"account '{self._account}': there is no folder '{collection}' in this drive")
        if query is None:
            yield from view.pages(since) if collection is None else view.below(view.folders.below(collection))
            return
        found = self._found(query)
        for page in view.pages(None) if collection is None else view.below(view.folders.below(collection)):
            yield Page(tuple(item for item in page.items if item.id in found), unusable=page.unusable)

    def _found(self, query: str) -> set[str]:
        """The ids of the nodes that match a filter of the user."""
        try:
            return self._opened_drive().found(query)
        except ProviderError as error:
            if error.status != HTTPStatus.BAD_REQUEST:
                raise
            said = text(json_object(error.body), "message") or "status 400"
            raise UsageError(
                f"account '{self._account}': Amazon Cloud Drive refuses --query {query} ({said})"
            ) from error

    def forget_listing(self) -> None:
        """Forget the state of the changes and the endpoints; the nodes stay until everything is listed again."""
        self._endpoint_cache.forget()
        self._opened_tree().forget_checkpoint()

    def collections(self) -> Iterator[Collection]:
        """All folders, by their first path, with the number of items in and below them."""
        yield from self._synced(Selection()).collections()

    def folder_tree(self) -> Iterator[Folder]:
        """All folders, a hard-linked one by its first path, with the number of items in each."""
        return self._synced(Selection()).folder_tree()

    def id_at(self, path: Sequence[str]) -> str | None:
        """The id of a file or folder."""
        drive = self._opened_drive()
        node = PushFolders(self._account, SERVICE, drive, CloudDriveRefusal).node_at(tuple(path))
        return None if node is None else node.id

    def raw_node(self, id_: str, *, link: bool) -> Json | None:
        """A file or folder as the service has it."""
        return self._opened_drive().raw_node(id_, link=link)

    def changes(self, since: str | None, *, with_purged: bool) -> ChangesListing:
        """What changed since a checkpoint. The checkpoint of the pull is another one, and stays."""
        from photosync_clouddrive.changes_listing import ChangesListing  # noqa: PLC0415 - only one command needs it

        state = self._context.state
        return ChangesListing(self._account, self._opened_drive, state, since, with_purged=with_purged)

    def thumbnail(self, id_: str, pixels: int) -> bytes:
        """A small picture."""
        return self._opened_drive().thumbnail(id_, pixels)

    def account_details(self) -> AccountDetails:
        """The root, whether the account is active, and until when the present token is valid."""
        drive = self._opened_drive()
        root = drive.root()
        return AccountDetails(root.owner, root.id, drive.account_status(), self._auth.ends_at())

    def quota(self) -> Quota:
        """How much the account may store."""
        return self._opened_drive().quota()

    def usage(self) -> Sequence[Usage]:
        """The storage used, by type."""
        return self._opened_drive().usage()

    def download(self, item: Item, destination: Destination) -> None:
        """The service's content."""
        self._opened_drive().download(item, destination, self._settings.chunk_bytes)

    def sign_in_state(self) -> str:
        """Whether there is a token, and where."""
        return self._auth.state()

    def uploader(self, request: UploadRequest) -> CloudDriveUploader:
        """Begin a push. Raises `SignInError` for a token that is known to be insufficient.

        A dry run needs only read permission.
        """
        from photosync_clouddrive.uploads import CloudDriveUploader  # noqa: PLC0415 - only a push needs it

        if not request.dry_run:
            self._check_can_write()
        return CloudDriveUploader(
            self._account,
            self._opened_drive(),
            self._auth,
            request.collection,
            wait_s=self._settings.upload_wait.total_seconds(),
        )

    def remote_files(self) -> CloudDriveFiles:
        """The files and folders, to change them one by one."""
        from photosync_clouddrive.files import CloudDriveFiles  # noqa: PLC0415 - only few commands need it

        self._check_can_write()
        return CloudDriveFiles(self._account, self._opened_drive, self._auth)

    def _check_can_write(self) -> None:
        if self.needs_upload_permission():
            raise SignInError(
                f"account '{self._account}': nobody has permitted uploads to Amazon Cloud Drive yet. "
                f"Permit them with: photosync login {self._account} --upload"
            )

    def needs_upload_permission(self) -> bool:
        """Whether there is no token, or its scopes do not allow writing. A token without known scopes is tried."""
        if not self._token_file.exists():
            return True
        scopes = self._auth.scopes
        return scopes is not None and WRITE not in scopes

    def permit_upload(self, interaction: Interaction) -> str:
        """Get a token that also permits writing, and replace the present one."""
        return f"{self._signed_in(interaction, (WRITE,))}; it permits uploads"

    def sign_in(self, interaction: Interaction) -> str:
        """Get a token with a person's help, and test it. Earlier permissions are requested again."""
        try:
            scopes = self._auth.scopes
        except SignInError:
            scopes = None
        return self._signed_in(interaction, (WRITE,) if WRITE in (scopes or ()) else ())

    def _signed_in(self, interaction: Interaction, more: tuple[str, ...]) -> str:
        if self._source is None:
            raise SignInError(
                f"account '{self._account}': there is nothing to sign in with. Set 'client_id' and 'client_secret' of "
                f"a security profile (or 'client_data', or 'relay'); {page_url('clouddrive')} says how."
            )
        scopes = tuple(dict.fromkeys((*self._settings.scopes, *more)))
        self._token_file.write(self._source.sign_in(interaction, scopes))
        self._endpoint_cache.forget()
        self._opened_tree().belong_to(self._opened_drive().root().id)
        return f"signed in to Amazon Cloud Drive; the token is in {self._token_file.path}"

    def sign_out(self) -> str:
        """Delete the token; the service has no call to end a sign-in."""
        self._endpoint_cache.forget()
        if not self._token_file.delete():
            return "nobody was signed in"
        return (
            f"deleted {self._token_file.path}. To take back the access itself, remove the app in your Amazon account "
            "under 'Login with Amazon'."
        )

    def close(self) -> None:
        """Close the connections and the tree."""
        for session in self._sessions:
            session.close()
        if self._tree is not None:
            self._tree.close()

    def _synced(self, selection: Selection) -> TreeView:
        """The current files: photos and videos, or all files if requested."""
        api, tree = self._opened_drive(), self._opened_tree()
        sync(self._context, api, tree)
        wants_all = self._settings.all_files or selection.all_files
        return TreeView(tree, tuple(Kind) if wants_all else (Kind.PHOTO, Kind.VIDEO))

    # The trash

    trash_batch: ClassVar[int] = 1
    purge_refusal: ClassVar[str | None] = NO_PURGE

    def find(self, id_: str) -> FileOrFolder | None:
        """The file or folder of this id."""
        return self._trash.find(id_)

    def files_below(self, folder: FileOrFolder) -> Iterator[Sequence[Item]]:
        """The files in a folder and all folders below."""
        self._synced(Selection(all_files=True))
        return files_below(self._opened_tree(), folder)

    def trash(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Move files, and folders with all that is in them, to the trash."""
        self._check_can_write()
        return self._trash.trash(ids)

    def restore(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Move them back."""
        self._check_can_write()
        return self._trash.restore(ids)

    def purge(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """The service refuses it to all programs."""
        return {id_: ItemError(f"{id_}: {NO_PURGE}", Reason.FORBIDDEN) for id_ in ids}

    def trashed(self) -> Iterator[Sequence[FileOrFolder]]:
        """Everything in the trash."""
        return self._trash.trashed()

    @property
    def _trash(self) -> CloudDriveTrash:
        return CloudDriveTrash(self._account, self._opened_drive(), self._context.cancel)

    # Opened when needed

    def _opened_drive(self) -> CloudDriveApi:
        with self._drive_lock:
            if self._drive is None:
                endpoints = self._endpoint_cache.get(self._lookup)
                session = self._session(self._auth, endpoints.metadata, endpoints.content)
                self._drive = CloudDriveApi(self._account, session, endpoints)
            return self._drive

    def _opened_tree(self) -> DriveTree:
        with self._tree_lock:
            if self._tree is None:
                self._tree = DriveTree(self._context.state / "tree.db")
            return self._tree

    def _session(self, auth: CloudDriveAuth | None, *urls: str) -> Transport:
        settings = TransportSettings(
            own_hosts=urls, endpoints=self._settings.trusted_hosts, auth=auth, classify=self._classify
        )
        self._sessions.append(self._context.transport(settings))
        return self._sessions[-1]

    def _classify(self, answer: Answer) -> PhotosyncError | None:
        """Sections 5.1 and 7: a failure of the service's front end that looks like a refusal."""
        if answer.status == HTTPStatus.FORBIDDEN and b"Authorization header requires" in answer.body:
            return FrontEndError(
                f"account '{self._account}': Amazon Cloud Drive's front end fails (403: Authorization header requires "
                "…). Try again later.",
                Reason.SERVER_ERROR,
            )
        return None

    # Token sources

    @property
    def _token_url(self) -> str:
        return f"{self._settings.endpoints.get('auth', TOKENS).rstrip('/')}/token"

    def _token_source(self) -> TokenSource | None:
        """Section 1.5: selected by the configuration."""
        settings, endpoints = self._settings, self._settings.endpoints
        if settings.uses == "own":
            client = client_of(settings, self._account)
            self._unsigned.hide(client.secret)
            return OwnClient(
                account=self._account,
                transport=self._unsigned,
                client_id=client.id,
                client_secret=client.secret,
                authorize_url=endpoints.get("authorize", AUTHORIZE),
                token_url=self._token_url,
                redirect_uri=settings.redirect_uri,
            )
        if settings.uses == "relay" and settings.relay is not None:
            return Relay(
                self._account, self._unsigned, settings.relay, settings.relay_method, self._check_account, self._warn
            )
        return None

    def _check_account(self, access_token: str) -> None:
        """Section 1.4: a relay has given tokens of other users' accounts."""
        headers = {"Authorization": f"Bearer {access_token}"}
        endpoints = self._endpoint_cache.get(self._unsigned, headers)
        session = self._session(None, endpoints.metadata)
        owner = CloudDriveApi(self._account, session, endpoints).root(headers).id
        tree = self._opened_tree()
        if tree.owner not in (None, owner):
            raise SignInError(
                f"account '{self._account}': the relay gave a token of another account. It was thrown away and nothing "
                f"was read with it. Do not use this relay; if the account was changed on purpose, sign in again with: "
                f"photosync login {self._account}"
            )
        tree.belong_to(owner)

    def _warn(self) -> None:
        """Warn once per account."""
        warned = self._context.state / "relay-warned"
        if not warned.exists():
            self._context.say(
                f"tokens are renewed by the relay {self._settings.relay}, which sees them and could read the whole "
                "drive with them. An own 'client_id' needs no relay."
            )
            warned.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            warned.touch()
