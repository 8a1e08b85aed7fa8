"""The permission to upload, with a token and an HTTP session of its own.

The session is opened on demand: who only picks never reads that token, nor sends anything to that API.
"""

from __future__ import annotations

from photosync.provider import AccountContext, Interaction, UploadRequest
from photosync.provider_kit.tokens import TokenFile
from photosync.transport import Transport, TransportSettings
from photosync.transport.hosts import OwnHosts
from photosync_google.auth import GoogleAuth
from photosync_google.library.albums import Albums
from photosync_google.library.api import LibraryApi
from photosync_google.library.refusals import LibraryRefusals
from photosync_google.library.uploads import GoogleUploader
from photosync_google.oauth.client import OAuthClient
from photosync_google.oauth.scopes import UPLOADING

LIBRARY_URL = "https://photoslibrary.googleapis.com/v1"
_UPLOAD_HOSTS = (".googleapis.com", ".googleusercontent.com")
"""Where the address of a large file's upload may lead, beside the API's own host. Google names it anew for each."""
_READ_TIMEOUT_S = 120.0
"""What Google takes for a large file's last piece is not known; it looks at the whole file then."""


class UploadAccess:
    """May append to the library, and no more."""

    def __init__(
        self, client: OAuthClient, context: AccountContext, file: TokenFile, shared: TokenFile, url: str, origin: str
    ) -> None:
        """`url` is the API's, and `origin` its beginning. `shared` is the token for picking: one from elsewhere may
        allow uploads as well, and serves until there is one in `file`."""
        self._client = client
        self._context = context
        self._file = file
        self._auth = GoogleAuth(context.account, client, shared, UPLOADING)
        if file.exists() or not self._auth.names_scope:
            self._auth = GoogleAuth(context.account, client, file, UPLOADING)
        self._url = url
        self._hosts = (origin, *_UPLOAD_HOSTS)
        self._transport: Transport | None = None

    @property
    def is_permitted(self) -> bool:
        """Whether there is a token that could serve."""
        return not self._auth.is_needed

    @property
    def has_token(self) -> bool:
        """Whether there is a token at all, to be given up."""
        return self._file.exists()

    def permit(self, person: Interaction) -> str:
        """Have the person consent, and keep the token."""
        from photosync_google.oauth.consent import obtain_token  # noqa: PLC0415 - slow to load, and rarely needed

        token = obtain_token(self._context.account, self._client, person, self._session(), UPLOADING)
        self._auth.adopt(token, self._file)
        return "permitted to add to Google Photos"

    def forget(self) -> str:
        """Revoke and delete the token."""
        self._session()
        return self._auth.forget()

    def uploader(self, request: UploadRequest) -> GoogleUploader:
        """Begin a push. Raises `SignInError` where a person has to permit it first; a dry run asks Google nothing."""
        if not request.dry_run:
            self._auth.check()
        account, state = self._context.account, self._context.state
        api = LibraryApi(self._session(), self._url, OwnHosts(self._hosts))
        albums = Albums(state, account, self._auth.client_id, api, self._context.say)
        return GoogleUploader(account, api, albums, request)

    def close(self) -> None:
        """Close the session, if there is one."""
        if self._transport is not None:
            self._transport.close()

    def _session(self) -> Transport:
        if self._transport is None:
            sign_in_urls = (self._client.token_uri, self._client.revoke_uri)
            self._transport = self._context.transport(
                TransportSettings(
                    own_hosts=self._hosts,
                    auth=self._auth,
                    classify=LibraryRefusals(self._context.account, self._url, sign_in_urls),
                    read_timeout_s=_READ_TIMEOUT_S,
                )
            )
            self._auth.transport = self._transport
        return self._transport
