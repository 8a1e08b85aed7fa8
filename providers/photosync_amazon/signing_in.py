"""Signing in with the cookies of a browser: read, tried with one call, and stored if the service accepts them."""

from __future__ import annotations

from photosync import clock
from photosync.documents import page_url
from photosync.errors import SignInError, UsageError
from photosync.provider import AccountContext
from photosync.provider_kit.sign_in_record import SignInRecord
from photosync_amazon.browser_store import from_browser
from photosync_amazon.cookie import Cookie
from photosync_amazon.cookie_files import from_bytes
from photosync_amazon.cookies import Cookies
from photosync_amazon.kept_cookies import KeptCookies
from photosync_amazon.session import AmazonSession
from photosync_amazon.settings import AmazonSettings

HOW_TO_PASTE = f"""1. Open the photos page of your country in a browser (https://www.amazon.com/photos), and sign in.
2. Your photos are shown. Open the developer tools (F12), Network, and reload the page.
3. Right-click a request to www.amazon…, choose Copy, Copy as cURL.
({page_url("amazon")} has other ways.)"""


class SigningIn:
    """The sign-in of one account."""

    def __init__(self, settings: AmazonSettings, context: AccountContext, kept: KeptCookies) -> None:
        self._settings = settings
        self._context = context
        self._kept = kept

    def with_content(self, content: bytes, source: str) -> str:
        """Sign in with what the user pasted or saved; returns a text about the account. Raises `SignInError`."""
        try:
            return self._with(from_bytes(content, source), source)
        except ValueError as error:
            raise self._refused(error) from error

    def with_browser(self, browser: str) -> str:
        """Sign in with the cookies in the store of a browser: `firefox`, `chrome:Profile 1`."""
        try:
            return self._with(from_browser(browser), f"the store of {browser}")
        except ImportError as error:
            raise UsageError(
                "--browser needs a package that is not installed: yt-dlp, which can read the stores of browsers. "
                "Install it with: pip install 'photosync-cli[browser]'. Or paste the cookies: photosync login "
                f"{self._context.account}"
            ) from error
        except ValueError as error:
            raise self._refused(error) from error

    def _with(self, found: list[Cookie], source: str) -> str:
        cookies = Cookies(found, source, self._settings.tld)
        session = AmazonSession(self._settings, cookies, self._context, kept=None)
        try:
            customer = session.customer()
        except SignInError as error:
            raise SignInError(f"{error} Nothing was stored.") from error
        finally:
            session.close()
        cookies.source = f"the sign-in of {clock.now():%Y-%m-%d}"
        self._kept.begin(cookies, self._settings.cookies)
        SignInRecord(self._context).worked(self._kept.sign_in)
        who = f"as customer {customer}" if customer else "(the service does not tell the customer)"
        return f"signed in at amazon.{cookies.tld} {who}; the cookies are stored for the next runs"

    def _refused(self, error: ValueError) -> SignInError:
        return SignInError(
            f"account '{self._context.account}': {error}. Nothing was stored. {page_url('amazon')} shows how to copy "
            "the cookies of a browser that is signed in to Amazon Photos."
        )
