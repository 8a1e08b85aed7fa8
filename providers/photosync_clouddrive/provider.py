"""The provider `clouddrive`: Amazon Cloud Drive (later Amazon Drive), signed in by OAuth.

Facts: protocol notes on Amazon Cloud Drive. The service is closed; what this is good for stands in docs/clouddrive.md.

The account is kept in a local tree (`tree`), which the changes stream brings up to date. A listing is read from there,
so an account in which nothing happened costs one request.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import ClassVar, Self, TypeVar

from photosync.errors import PhotosyncError, ProviderError, Reason, SignInError, UsageError
from photosync.model import Collection, Item, Kind, Selection, Usage
from photosync.provider import (
    AccountContext,
    AccountSettings,
    Interaction,
    Page,
    ServiceFacts,
    UploadFacts,
    UploadRequest,
)
from photosync.provider_kit.tokens import TokenFile
from photosync.transport import Answer, Destination, Transport, TransportSettings
from photosync_clouddrive import api
from photosync_clouddrive.auth import REQUIRED, CloudDriveAuth
from photosync_clouddrive.endpoints import DRIVE, EndpointCache, Endpoints, not_allowed, origin_of
from photosync_clouddrive.folders import Folders
from photosync_clouddrive.lookup import Nodes
from photosync_clouddrive.nodes import AVAILABLE, Node
from photosync_clouddrive.oauth import OwnClient, Relay, TokenSource
from photosync_clouddrive.places import Places
from photosync_clouddrive.refusals import FrontEndError
from photosync_clouddrive.settings import CloudDriveSettings, client_of
from photosync_clouddrive.syncing import sync
from photosync_clouddrive.tree import Tree
from photosync_clouddrive.uploads import CloudDriveUploader

AUTHORIZE = "https://www.amazon.com/ap/oa"
TOKENS = "https://api.amazon.com/auth/o2"
WRITE = "clouddrive:write"
"""The scope that lets a client create and trash; it includes no reading."""
Result = TypeVar("Result")


class CloudDriveProvider:
    """One account of a drive."""

    facts: ClassVar = ServiceFacts(
        title="Amazon Cloud Drive",
        selects=frozenset({"years", "months", "since", "until", "kind", "recent", "all_files"}),
        marks=True,
        workers=4,
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
            settings.token or context.state / "oauth.json", account=context.account, required=REQUIRED
        )
        # Three sessions: for what must carry no token, for asking where the drive is, and, once that is known, for it.
        self._sessions: list[Transport] = []
        self._unsigned = self._session(None)
        self._source = self._token_source()
        self._auth = CloudDriveAuth(context.account, self._token_file, self._source)
        self._door = self._session(self._auth, drive)
        self._drive: tuple[Transport, Endpoints] | None = None
        self._drive_lock = threading.Lock()
        self._tree: Tree | None = None
        self._tree_lock = threading.Lock()

    @classmethod
    def open(cls, settings: AccountSettings, context: AccountContext) -> Self:
        """Read the client's data; nothing is sent."""
        assert isinstance(settings, CloudDriveSettings)
        return cls(settings, context)

    # What the core asks

    def list(self, selection: Selection, collection: str | None, since: str | None) -> Iterator[Page]:
        """Everything, the newest first; or what changed since a mark. Of a folder, everything below it."""
        self._sync()
        media = self._media(selection)
        tree, scope = self._opened_tree(), "all" if Kind.OTHER in media else "media"
        mark, change = tree.mark(scope), tree.change_of(since, scope)
        folders = tree.folders()
        if collection is not None:
            yield from self._everything(tree, folders, media, self._below(folders, collection))
            return
        if change is None:
            yield from self._everything(tree, folders, media, None)
        else:
            yield from self._news(tree, folders, media, change)
        yield Page((), self._total(tree, folders, media, None), mark=mark, is_whole=change is None)

    def collections(self) -> Iterator[Collection]:
        """All folders, by their first path, with the number of items in and below them."""
        self._sync()
        tree = self._opened_tree()
        folders = tree.folders()
        counts: Counter[str] = Counter()
        for parents, count in tree.file_counts(self._media(Selection())):
            counts.update(dict.fromkeys(folders.above(parents), count))
        for folder_id, path in folders.visible():
            yield Collection(folder_id, path, "folder", counts[folder_id])

    def usage(self) -> Sequence[Usage]:
        """The storage used, by type."""
        return api.usage(*self._opened_drive())

    def download(self, item: Item, destination: Destination) -> None:
        """The content as the service has it."""
        transport, endpoints = self._opened_drive()
        api.Contents(transport, endpoints, self._settings.chunk_bytes).download(item, destination)

    def sign_in_state(self) -> str:
        """Whether there is a token, and where."""
        return self._auth.state()

    def uploader(self, request: UploadRequest) -> CloudDriveUploader:
        """Begin a push. Raises `SignInError` for a token that is known to be of no use for it.

        Only reading is needed to say what a push would do.
        """
        if not request.dry_run and self.needs_upload_permission():
            raise SignInError(
                f"account '{self._account}': nobody has permitted uploads to Amazon Cloud Drive yet. "
                f"Permit them with: photosync login {self._account} --upload"
            )
        transport, endpoints = self._opened_drive()
        nodes = Nodes(self._account, transport, endpoints)
        places = Places(self._account, transport, endpoints, nodes)
        places.begin_at(request.collection)
        return CloudDriveUploader(
            self._account,
            transport,
            endpoints,
            self._auth,
            nodes,
            places,
            wait_s=self._settings.upload_wait.total_seconds(),
        )

    def needs_upload_permission(self) -> bool:
        """Whether there is no token, or one that says that it is not for writing. One that says nothing is tried."""
        if not self._token_file.exists():
            return True
        scopes = self._auth.scopes
        return scopes is not None and WRITE not in scopes

    def permit_upload(self, interaction: Interaction) -> str:
        """Get a token that can write too, in place of the one that there is."""
        return f"{self._signed_in(interaction, (WRITE,))}; it permits uploads"

    def sign_in(self, interaction: Interaction) -> str:
        """Get a token with a person's help, and try it. What was permitted before is asked for again."""
        try:
            scopes = self._auth.scopes
        except SignInError:
            scopes = None
        return self._signed_in(interaction, (WRITE,) if WRITE in (scopes or ()) else ())

    def _signed_in(self, interaction: Interaction, more: tuple[str, ...]) -> str:
        if self._source is None:
            raise SignInError(
                f"account '{self._account}': there is nothing to sign in with. Set 'client_id' and 'client_secret' of "
                "a security profile (or 'client_data', or 'relay'); docs/clouddrive.md says how."
            )
        scopes = tuple(dict.fromkeys((*self._settings.scopes, *more)))
        self._token_file.write(self._source.sign_in(interaction, scopes))
        self._endpoint_cache.forget()
        self._opened_tree().belong_to(self._allowed(lambda: api.root_id(*self._opened_drive())))
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
        """Let go of connections and of the tree."""
        for session in self._sessions:
            session.close()
        if self._tree is not None:
            self._tree.close()

    # Pages out of the tree

    def _media(self, selection: Selection) -> tuple[Kind, ...]:
        """What is to be listed: photos and videos, unless somebody asks for the rest too."""
        return tuple(Kind) if self._settings.all_files or selection.all_files else (Kind.PHOTO, Kind.VIDEO)

    def _everything(
        self, tree: Tree, folders: Folders, media: tuple[Kind, ...], below: frozenset[str] | None
    ) -> Iterator[Page]:
        total = self._total(tree, folders, media, below)
        for nodes in tree.files(media):
            wanted = [node for node in nodes if below is None or not below.isdisjoint(node.parents)]
            yield Page(tuple(_visible(wanted, folders)), total)

    def _news(self, tree: Tree, folders: Folders, media: tuple[Kind, ...], change: int) -> Iterator[Page]:
        total = self._total(tree, folders, media, None)
        for nodes in tree.changed_files(change):
            items = tuple(_visible((node for node in nodes if node.media in media), folders))
            there = {item.id for item in items}
            gone = [node.id for node in nodes if node.media in media and node.id not in there]
            yield Page(items, total, removed=gone)

    def _total(self, tree: Tree, folders: Folders, media: tuple[Kind, ...], below: frozenset[str] | None) -> int:
        return sum(
            count
            for parents, count in tree.file_counts(media)
            if folders.paths_of(parents) and (below is None or not below.isdisjoint(parents))
        )

    def _below(self, folders: Folders, collection: str) -> frozenset[str]:
        if collection not in folders:
            raise UsageError(f"account '{self._account}': there is no folder '{collection}' in this drive")
        return folders.below(collection)

    def _sync(self) -> None:
        sync(self._account, *self._opened_drive(), self._opened_tree(), self._context.state, self._context.say)

    def _allowed(self, call: Callable[[], Result]) -> Result:
        """What `call` returns; a 403 to it means that this client is not let in at all."""
        try:
            return call()
        except ProviderError as error:
            if error.status == HTTPStatus.FORBIDDEN:
                raise SignInError(not_allowed(self._account, str(error))) from error
            raise

    # What is opened when it is needed

    def _opened_drive(self) -> tuple[Transport, Endpoints]:
        with self._drive_lock:
            if self._drive is None:
                endpoints = self._endpoint_cache.get(self._door)
                session = self._session(self._auth, endpoints.metadata, endpoints.content)
                self._drive = session, endpoints
            return self._drive

    def _opened_tree(self) -> Tree:
        with self._tree_lock:
            if self._tree is None:
                self._tree = Tree(self._context.state / "tree.db")
            return self._tree

    def _session(self, auth: CloudDriveAuth | None, *urls: str) -> Transport:
        origins = tuple(dict.fromkeys(origin_of(url) for url in urls))
        settings = TransportSettings(own_hosts=origins, auth=auth, classify=self._classify)
        self._sessions.append(self._context.transport(settings))
        return self._sessions[-1]

    def _classify(self, answer: Answer) -> PhotosyncError | None:
        """Section 5.1 and 7: a fault of the service's front end that looks like a refusal."""
        if answer.status == HTTPStatus.FORBIDDEN and b"Authorization header requires" in answer.body:
            return FrontEndError(
                f"account '{self._account}': Amazon Cloud Drive's front end fails (403: Authorization header requires "
                "…). Try again later.",
                Reason.SERVER_ERROR,
            )
        return None

    # Where tokens come from

    def _token_source(self) -> TokenSource | None:
        """Section 1.5: said by the configuration, once."""
        settings, endpoints = self._settings, self._settings.endpoints
        if settings.uses == "own":
            client = client_of(settings, self._account)
            return OwnClient(
                account=self._account,
                transport=self._unsigned,
                client_id=client.id,
                client_secret=client.secret,
                authorize_url=endpoints.get("authorize", AUTHORIZE),
                token_url=f"{endpoints.get('auth', TOKENS).rstrip('/')}/token",
                redirect_uri=settings.redirect_uri,
            )
        if settings.uses == "relay" and settings.relay is not None:
            return Relay(
                self._account, self._unsigned, settings.relay, settings.relay_method, self._check_account, self._warn
            )
        return None

    def _check_account(self, access_token: str) -> None:
        """A relay once gave out tokens of other people's accounts (section 1.4)."""
        headers = {"Authorization": f"Bearer {access_token}"}
        endpoints = self._endpoint_cache.get(self._unsigned, headers)
        owner, tree = api.root_id(self._unsigned, endpoints, headers), self._opened_tree()
        if tree.owner not in (None, owner):
            raise SignInError(
                f"account '{self._account}': the relay gave a token of another account. It was thrown away and nothing "
                f"was read with it. Do not use this relay; if the account was changed on purpose, sign in again with: "
                f"photosync login {self._account}"
            )
        tree.belong_to(owner)

    def _warn(self) -> None:
        """Once an account."""
        warned = self._context.state / "relay-warned"
        if not warned.exists():
            self._context.say(
                f"tokens are renewed by the relay {self._settings.relay}, which sees them and could read the whole "
                "drive with them. An own 'client_id' needs no relay."
            )
            warned.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            warned.touch()


def _visible(nodes: Iterable[Node], folders: Folders) -> Iterator[Item]:
    """Those that are there and not in the trash, be it by a folder above them."""
    for node in nodes:
        paths = folders.paths_of(node.parents) if node.status == AVAILABLE else ()
        if paths:
            yield node.item(paths)
