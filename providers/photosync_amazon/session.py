"""A session with one of Amazon's sites: its cookies, its transport and the calls that it can make."""

from __future__ import annotations

from http import HTTPStatus

from photosync.errors import PhotosyncError, ProviderError, Reason, SignInError, TemporaryError
from photosync.provider import AccountContext
from photosync.provider_kit.sign_in_record import SignInRecord
from photosync.transport import Answer, Transport, TransportSettings
from photosync_amazon.api import AmazonApi
from photosync_amazon.auth import AmazonAuth, is_robot_check, is_signed_out
from photosync_amazon.cookies import Cookies
from photosync_amazon.kept_cookies import KeptCookies
from photosync_amazon.settings import AmazonSettings

USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
"""The service requires one like a browser's."""


class AmazonSession:
    """The connection with these cookies. Nothing is sent before the first call."""

    def __init__(
        self, settings: AmazonSettings, cookies: Cookies, context: AccountContext, kept: KeptCookies | None
    ) -> None:
        """`kept` stores the cookies that the service renews; None keeps them in memory alone."""
        self.cookies = cookies
        self._kept = kept
        self._record = SignInRecord(context)
        self._has_worked = False
        self._account = context.account
        api_url, self._upload_url = settings.api_url(cookies.tld), settings.upload_url(cookies.tld)
        self._auth = AmazonAuth(context.account, cookies, api_url, kept)
        self.transport: Transport = context.transport(
            TransportSettings(
                own_hosts=settings.own_hosts(cookies.tld),
                auth=self._auth,
                headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
                classify=self._classify,
                on_cookies=self._auth.note,
            )
        )
        self._auth.transport = self.transport
        self.api = AmazonApi(
            self.transport,
            api_url,
            self._upload_url,
            settings.download_url(cookies.tld),
            settings.thumbnails_url(cookies.tld),
        )

    def customer(self) -> str | None:
        """The id of the customer whose session it is, where the service tells it. Raises `SignInError`."""
        try:
            return self.api.root().owner
        except ProviderError:  # another call shows as well whether the session is valid
            self.api.usage()
            return None

    def close(self) -> None:
        """Store what was renewed, record whether the sign-in worked, and close the connections."""
        self._auth.save()
        if self._kept is not None and self._has_worked:
            self._record.worked(self._kept.sign_in)
        if self._kept is not None and self._auth.has_ended:
            self._record.ended(self._kept.sign_in)
        self.transport.close()

    def _classify(self, answer: Answer) -> PhotosyncError | None:
        if answer.status == HTTPStatus.OK and not answer.is_html:
            self._has_worked = True
        if is_signed_out(answer):
            return SignInError(self._auth.explain("the service asks to sign in"))
        is_refused_upload = answer.status == HTTPStatus.FORBIDDEN and answer.url.startswith(self._upload_url)
        if is_refused_upload and b"not registered" in answer.body.lower():
            # The session is unknown there: all files would be refused. On other hosts the words are about one item.
            return SignInError(self._auth.advice("the host that takes uploads answers 'Not Registered'"))
        if is_robot_check(answer):
            return TemporaryError(
                f"account '{self._account}': Amazon Photos answers with its robot check: it distrusts this address for "
                "now. Try again later; signing in with a browser from this machine helps.",
                Reason.THROTTLED,
            )
        return None
