"""The provider `google`: a person picks in a browser and the program brings that; what is pushed, it adds.

Google lets no program read a library by itself any more, so there is nothing that could come here unattended but the
rest of a pick. What goes there needs nobody. Facts: protocol notes on Google Photos.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import ClassVar, Self
from urllib.parse import urljoin, urlsplit

from photosync.errors import ItemError, ProviderError, Reason, SignInError
from photosync.model import Collection, Item, Selection
from photosync.provider import (
    AccountContext,
    AccountSettings,
    ConfigPath,
    Interaction,
    Page,
    PickingSession,
    ServiceFacts,
    Uploader,
    UploadFacts,
    UploadRequest,
)
from photosync.provider_kit.tokens import TokenFile
from photosync.transport import Destination, Transport, TransportSettings
from photosync.transport.hosts import OwnHosts, target
from photosync_google.api import PickerApi, is_gone
from photosync_google.auth import GoogleAuth
from photosync_google.client import Client, read_client
from photosync_google.links import Link, Links
from photosync_google.media import FAILED, PROCESSING, Media, Session
from photosync_google.permitting import LIBRARY_URL, UploadSide
from photosync_google.pictures import CheckedPicture
from photosync_google.refusals import Refusals
from photosync_google.sessions import SessionStore

PICKER_URL = "https://photospicker.googleapis.com/v1"
_MEDIA_HOSTS = (".googleusercontent.com", ".google.com", ".usercontent.goog")
"""Where the bearer may go with a request for bytes (section 4.2)."""
_REDIRECTS = (301, 302, 303, 307, 308)
_READ_TIMEOUT_S = 90.0
"""A video's first byte takes up to nine seconds at Google, and longer on a bad day (section 4.2)."""
_CAVEAT = (
    "Google removes the GPS position from photos and re-encodes videos before it hands them out; only Google Takeout "
    "has the originals."
)


class GoogleSettings(AccountSettings):
    """What a Google Photos account takes in the configuration."""

    client_secret: ConfigPath
    """The file of an OAuth client of the type 'Desktop app', as Google's console hands it out."""
    token: ConfigPath | None = None
    """Where the sign-in is kept, if not in the user's state folder; google-auth's `token.json` serves as it is."""
    upload_token: ConfigPath | None = None
    """Where the permission to upload is kept, if not in the user's state folder."""


class GoogleProvider:
    """One Google Photos account."""

    facts: ClassVar = ServiceFacts(
        title="Google Photos",
        selects=frozenset({"years", "months", "since", "until", "kind"}),
        workers=4,
        content_names=True,
        collection_word="picking session",
        needs_picking=True,
        upload=UploadFacts(workers=4),
    )
    settings_type: ClassVar[type[AccountSettings]] = GoogleSettings
    endpoint_names: ClassVar[frozenset[str]] = frozenset({"picker", "library", "media"})

    def __init__(self, client: Client, settings: GoogleSettings, context: AccountContext) -> None:
        self._account = context.account
        self._client = client
        endpoints = settings.endpoints
        api = endpoints.get("picker", PICKER_URL).rstrip("/")
        token_path = settings.token or context.state / "token.json"
        file = TokenFile(token_path, account=context.account, required=("refresh_token",))
        self._auth = GoogleAuth(context.account, client, file)
        own_hosts = (*(_origin(url) for url in (api, *endpoints.values())), *_MEDIA_HOSTS)
        self._own_hosts = OwnHosts(own_hosts)
        self._transport: Transport = context.transport(
            TransportSettings(
                own_hosts=own_hosts,
                auth=self._auth,
                classify=Refusals(context.account, api, (client.token_uri, client.revoke_uri)),
                read_timeout_s=_READ_TIMEOUT_S,
            )
        )
        self._auth.transport = self._transport
        self._api = PickerApi(self._transport, api)
        self._links = Links(self._api)
        self._store = SessionStore(context.state, context.account)
        library = endpoints.get("library", LIBRARY_URL).rstrip("/")
        upload_token = TokenFile(
            settings.upload_token or context.state / "upload-token.json",
            account=context.account,
            required=("refresh_token",),
        )
        self._uploads = UploadSide(client, context, upload_token, file, library, _origin(library))

    @classmethod
    def open(cls, settings: AccountSettings, context: AccountContext) -> Self:
        """Read the client; nothing is sent."""
        assert isinstance(settings, GoogleSettings)
        return cls(read_client(settings.client_secret, context.account), settings, context)

    # What was picked

    def list(self, selection: Selection, collection: str | None, since: str | None) -> Iterator[Page]:  # noqa: ARG002
        """What was picked in the session `collection`. Videos that Google still prepares come last."""
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
        unready: set[str] = set()
        for media in self._links.pages(session_id):
            unready.update(each.item.id for each in media if each.status == PROCESSING)
            yield Page([each.item for each in media if each.status != PROCESSING])
        if unready:
            for media in self._links.pages(session_id):
                yield Page([each.item for each in media if each.item.id in unready])

    def download(self, item: Item, destination: Destination) -> None:
        """The bytes that Google hands out for `item`, from a new address where the one known is refused."""
        link = self._links.current(item.id)
        _check_ready(link.media)
        try:
            self._fetch(link, destination)
        except ItemError as error:
            if error.reason not in (Reason.FORBIDDEN, Reason.NOT_FOUND):
                raise
            self._fetch(self._links.renewed(link), destination)

    def _fetch(self, link: Link, destination: Destination) -> None:
        media = link.media
        if target(media.url).origin not in self._own_hosts:
            raise ItemError(
                f"Google named the host {urlsplit(media.url).hostname} for this, which is not known to be its own; "
                "nothing was asked there",
                Reason.REFUSED,
            )
        if media.is_video:
            self._fetch_video(media, destination)
        else:
            picture = CheckedPicture(destination, media.mime)
            self._transport.download(media.url, picture)
            picture.check()
        self._links.worked()

    def _fetch_video(self, media: Media, destination: Destination) -> None:
        """Videos come by a redirect to a host that needs no bearer, and so must not get it."""
        try:
            with self._transport.stream("GET", media.url, accept=(HTTPStatus.OK, *_REDIRECTS)) as (answer, _):
                location = answer.headers.get("Location") if answer.status in _REDIRECTS else None
        except ProviderError as error:
            reasons = {403: Reason.FORBIDDEN, 404: Reason.NOT_FOUND}
            raise ItemError(str(error), reasons.get(error.status or 0, Reason.BAD_ANSWER)) from error
        if location is None:
            self._transport.download(media.url, destination)
            return
        address = urljoin(media.url, location)
        self._transport.hide(urlsplit(address).path)
        self._transport.download(address, destination, signed=False)

    # Picking

    def needs_sign_in(self) -> bool:
        """Whether there is no token that could serve."""
        return self._auth.is_needed

    def unfinished(self) -> Sequence[Collection]:
        """The sessions whose items have not all been brought."""
        return self._store.all()

    def begin_picking(self, most: int | None) -> PickingSession:
        """A new session, kept on the disk at once."""
        session = self._api.create(most)
        self._store.keep(session)
        return _picking(session)

    def picking(self, session_id: str) -> PickingSession | None:
        """How a session stands; one that is over is forgotten."""
        session = self._api.session(session_id)
        if session is None:
            self._store.forget(session_id)
            return None
        return _picking(session)

    def end_picking(self, session_id: str) -> None:
        """Delete a session at the service, and here."""
        self._api.delete(session_id)
        self._store.forget(session_id)

    def caveat(self) -> str:
        """What a person should know of what was brought."""
        return _CAVEAT

    # Uploading

    def needs_upload_permission(self) -> bool:
        """Whether there is no token that could serve for uploads."""
        return not self._uploads.is_permitted

    def permit_upload(self, interaction: Interaction) -> str:
        """Have the person permit uploads, and keep the token for that."""
        return self._uploads.permit(interaction)

    def uploader(self, request: UploadRequest) -> Uploader:
        """Begin a push."""
        return self._uploads.uploader(request)

    # Signing in

    def sign_in(self, interaction: Interaction) -> str:
        """Have the person consent, and keep the token."""
        from photosync_google.consent import obtain_token  # noqa: PLC0415 - slow to load, and rarely needed

        self._auth.adopt(obtain_token(self._account, self._client, interaction, self._transport))
        return "signed in to Google Photos, for picking"

    def sign_out(self) -> str:
        """Revoke and delete both tokens."""
        if not self._uploads.has_token:
            return self._auth.forget()
        return f"{self._auth.forget()}; uploads: {self._uploads.forget()}"

    def sign_in_state(self) -> str:
        """Whether there are tokens; whether they still work only Google can say."""
        if not self._uploads.is_permitted:
            return self._auth.state()
        try:
            return f"{self._auth.state()}; may upload"
        except SignInError:
            return f"may upload; for picking, sign in with: photosync login {self._account}"

    def close(self) -> None:
        """Close the sessions."""
        self._transport.close()
        self._uploads.close()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _check_ready(media: Media) -> None:
    if media.status == PROCESSING:
        raise ItemError(
            "Google is still preparing this video; go on with the same pick some minutes later", Reason.NOT_READY
        )
    if media.status == FAILED:
        raise ItemError("Google could not prepare this video; try it in Google Takeout", Reason.NOT_READY)


def _picking(session: Session) -> PickingSession:
    # The ending makes the browser's tab close itself; on a phone it would leave nothing to go back to (section 2.1).
    browser_link = f"{session.link.rstrip('/')}/autoclose"
    return PickingSession(
        session.id, session.link, browser_link, session.is_done, session.poll_every_s, session.closes_in_s
    )
