"""The provider `google`: downloads what the user picks in a browser, and uploads unattended.

Google no longer lets a program read a library by itself, so only the rest of a pick can be downloaded unattended.
Facts: protocol notes on Google Photos.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, Self

from photosync.errors import ProviderError, SignInError
from photosync.model import Collection, Item, Selection
from photosync.provider import (
    AccountContext,
    AccountSettings,
    Interaction,
    Page,
    PickingSession,
    ServiceFacts,
    Uploader,
    UploadFacts,
    UploadRequest,
)
from photosync.provider_kit.tokens import TokenFile
from photosync.transport import Classify, Destination, Transport, TransportSettings
from photosync.transport.hosts import OwnHosts
from photosync_google.auth import GoogleAuth
from photosync_google.library.albums import Albums
from photosync_google.library.api import LibraryApi
from photosync_google.library.refusals import LibraryRefusals
from photosync_google.oauth.client import OAuthClient, read_client
from photosync_google.oauth.scopes import UPLOADING
from photosync_google.picker.api import PickerApi, is_gone
from photosync_google.picker.downloads import Downloads
from photosync_google.picker.items import PROCESSING
from photosync_google.picker.refusals import PickerRefusals
from photosync_google.picker.sessions import SessionStore
from photosync_google.settings import GoogleSettings

PICKER_URL = "https://photospicker.googleapis.com/v1"
LIBRARY_URL = "https://photoslibrary.googleapis.com/v1"
_MEDIA_HOSTS = (".googleusercontent.com", ".google.com", ".usercontent.goog")
"""The hosts that may get the bearer token with a download (section 4.2)."""
_READ_TIMEOUT_S = 90.0
"""A video's first byte takes up to nine seconds at Google, and sometimes longer (section 4.2)."""
_UPLOAD_HOSTS = (
    "photoslibrary.googleapis.com",
    "photos.googleapis.com",
    "www.googleapis.com",
    ".googleusercontent.com",
)
"""The hosts for uploads of large files, besides a configured one. Google names one for each file. Not all hosts below
`googleapis.com`: at `storage.googleapis.com` anybody can have a bucket."""
_LONGER_THAN_A_TOKEN_S = 86_400.0
"""An access token of Google is valid for an hour."""
_UPLOAD_READ_TIMEOUT_S = 120.0
"""The time that Google needs for a large file's last piece is not known; it checks the whole file then."""
_CAVEAT = (
    "Google removes the GPS position from photos and re-encodes videos before it hands them out; only Google Takeout "
    "has the originals."
)


class GoogleProvider:
    """One Google Photos account."""

    facts: ClassVar = ServiceFacts(
        title="Google Photos",
        selects=frozenset({"years", "months", "since", "until", "kind"}),
        workers=4,  # also the most that users report to work; a refusal concerns the whole project
        content_names=True,
        collection_word="picking session",
        needs_picking=True,
        upload=UploadFacts(workers=4),
    )
    settings_type: ClassVar[type[AccountSettings]] = GoogleSettings
    endpoint_names: ClassVar[frozenset[str]] = frozenset({"picker", "library", "media"})

    def __init__(self, client: OAuthClient, settings: GoogleSettings, context: AccountContext) -> None:
        self._account = context.account
        self._context = context
        endpoints = settings.endpoints
        api = endpoints.get("picker", PICKER_URL).rstrip("/")
        library = endpoints.get("library", LIBRARY_URL).rstrip("/")
        sign_in_urls = self._sign_in_urls = (client.token_uri, client.revoke_uri)
        token_file = partial(TokenFile, account=context.account, required=("refresh_token",), cancel=context.cancel)

        token = token_file(settings.token or context.state / "token.json")
        self._auth = GoogleAuth(context.account, client, token)
        own_hosts = (api, *endpoints.values(), *_MEDIA_HOSTS)
        transport = self._opened(
            self._auth, PickerRefusals(context.account, api, sign_in_urls), own_hosts, _READ_TIMEOUT_S
        )
        self._api = PickerApi(transport, api)
        self._downloads = Downloads(transport, self._api, OwnHosts(own_hosts))
        self._store = SessionStore(context.state, context.account)

        self._upload_token = token_file(settings.upload_token or context.state / "upload-token.json")
        self._upload_auth = GoogleAuth(context.account, client, token, UPLOADING)
        # A token from another program may allow uploads too, and is used until there is one only for uploads.
        if self._upload_token.exists() or not self._upload_auth.names_scope:
            self._upload_auth = GoogleAuth(context.account, client, self._upload_token, UPLOADING)
        upload_hosts = (library, *_UPLOAD_HOSTS)
        refusals = LibraryRefusals(context.account, library, sign_in_urls)
        transport = self._opened(self._upload_auth, refusals, upload_hosts, _UPLOAD_READ_TIMEOUT_S)
        self._library = LibraryApi(transport, library, OwnHosts(upload_hosts))

    def _opened(self, auth: GoogleAuth, classify: Classify, hosts: tuple[str, ...], read_timeout_s: float) -> Transport:
        auth.transport = self._context.transport(
            TransportSettings(
                own_hosts=hosts,
                endpoints=self._sign_in_urls,
                auth=auth,
                classify=classify,
                read_timeout_s=read_timeout_s,
            )
        )
        return auth.transport

    @classmethod
    def open(cls, settings: AccountSettings, context: AccountContext) -> Self:
        """Read the client; nothing is sent."""
        assert isinstance(settings, GoogleSettings)
        return cls(read_client(settings.client_secret, context.account), settings, context)

    # Picked items

    def list(self, selection: Selection, collection: str | None, since: str | None) -> Iterator[Page]:  # noqa: ARG002
        """The items that were picked in the session `collection`. Videos that Google still prepares come last."""
        if collection is None:
            raise SignInError(
                f"account '{self._account}': Google Photos lists nothing before a person picks: "
                f"photosync pick {self._account}"
            )
        try:
            yield from self._list_session(collection)
        except ProviderError as error:
            if not is_gone(error):
                raise
            self._store.forget(collection)
            raise SignInError(
                f"account '{self._account}': the picking session is over. What it did not bring has to be picked "
                f"again: photosync pick {self._account}"
            ) from error

    def _list_session(self, session_id: str) -> Iterator[Page]:
        name = next((each.name for each in self._store.all() if each.id == session_id), session_id)
        unready: set[str] = set()
        for page in self._downloads.pages(session_id):
            unready.update(each.item.id for each in page.picked if each.status == PROCESSING)
            ready = [_in_session(each.item, session_id, name) for each in page.picked if each.status != PROCESSING]
            yield Page(ready, unusable=page.unusable)
        if unready:
            for page in self._downloads.pages(session_id):
                late = [each.item for each in page.picked if each.item.id in unready]
                yield Page([_in_session(each, session_id, name) for each in late])

    def download(self, item: Item, destination: Destination) -> None:
        """The content that Google gives for `item`."""
        self._downloads.download(item.id, destination)

    # Picking

    def needs_sign_in(self) -> bool:
        """Whether there is no usable token."""
        return self._auth.is_needed

    def unfinished(self) -> Sequence[Collection]:
        """The sessions whose items are not all downloaded."""
        return self._store.all()

    def begin_picking(self, most: int | None) -> PickingSession:
        """A new session, stored on the disk at once."""
        session = self._api.create(most)
        self._store.keep(session.id)
        return session

    def picking(self, session_id: str) -> PickingSession | None:
        """The state of a session; one that has ended is forgotten."""
        session = self._api.session(session_id)
        if session is None:
            self._store.forget(session_id)
        return session

    def end_picking(self, session_id: str) -> None:
        """Delete a session at the service and on the disk."""
        self._api.delete(session_id)
        self._store.forget(session_id)

    def caveat(self) -> str:
        """A note for the user about the downloaded files."""
        return _CAVEAT

    # Uploading

    def needs_upload_permission(self) -> bool:
        """Whether there is no usable token for uploads."""
        return self._upload_auth.is_needed

    def permit_upload(self, interaction: Interaction) -> str:
        """Let the person permit uploads, and store the token for them."""
        self._upload_auth.sign_in(interaction, self._upload_token)
        return "permitted to add to Google Photos"

    def uploader(self, request: UploadRequest) -> Uploader:
        """Begin a push. Raises `SignInError` if a person must permit it first; a dry run sends nothing to Google."""
        from photosync_google.library.uploads import GoogleUploader  # noqa: PLC0415 - only a push needs it

        if not request.dry_run:
            self._upload_auth.check()
        albums = Albums(
            self._context.state, self._account, self._upload_auth.client_id, self._library, self._context.say
        )
        return GoogleUploader(self._account, self._library, albums, request)

    # Signing in

    def sign_in(self, interaction: Interaction) -> str:
        """Let the person consent, and store the token."""
        self._auth.sign_in(interaction)
        return "signed in to Google Photos, for picking"

    def sign_out(self) -> str:
        """Revoke and delete both tokens."""
        if not self._upload_token.exists():
            return self._auth.forget()
        return f"{self._auth.forget()}; uploads: {self._upload_auth.forget()}"

    def sign_in_state(self) -> str:
        """Whether there are tokens. Only Google knows whether they are still valid."""
        if self._upload_auth.is_needed:
            return self._auth.state()
        try:
            return f"{self._auth.state()}; may upload"
        except SignInError:
            return f"may upload; for picking, sign in with: photosync login {self._account}"

    def check_sign_in(self) -> None:
        """Renew the token for picking, which Google refuses if the sign-in has ended."""
        self._auth.good_token(wanted_s=_LONGER_THAN_A_TOKEN_S)

    def close(self) -> None:
        """Close the sessions."""
        for auth in (self._auth, self._upload_auth):
            if auth.transport is not None:
                auth.transport.close()


def _in_session(item: Item, session_id: str, name: str) -> Item:
    return replace(item, collections=(name,), collection_ids=(session_id,))
