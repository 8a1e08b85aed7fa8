"""`login`: signs in with the person's help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync.cli.command import command
from photosync.cli.options import AccountName, GeneralOptions, NoBrowser, Port
from photosync.cli.output import print_json, print_line
from photosync.cli.terminal import Terminal
from photosync.errors import UsageError

if TYPE_CHECKING:
    from photosync.jobs.account import Account
    from photosync.provider import SupportsSignIn


@command
def login(
    *,
    account: AccountName,
    from_file: Annotated[
        str | None,
        Option("--from", metavar="FILE", help="Take the sign-in of a browser from a file; -: standard input."),
    ] = None,
    browser: Annotated[
        str | None,
        Option("--browser", metavar="NAME[:PROFILE]", help="Take it from the store of a browser: firefox, chrome, …."),
    ] = None,
    upload: Annotated[bool, Option("--upload", help="Permit uploads as well.")] = False,
    no_browser: NoBrowser = False,
    port: Port = None,
    general: GeneralOptions,
) -> None:
    """Sign in to an account, where that can be done from here."""
    from photosync.cli.opening import load_config, open_account

    terminal = Terminal(browser=not no_browser, port=port)
    with open_account(load_config(general).account(account)) as opened:
        if from_file is not None or browser is not None:
            message = _sign_in_of_browser(opened, from_file, browser)
        else:
            message = _permit_upload(opened, terminal) if upload else signs_in(opened).sign_in(terminal)
    print_sign_in(general, account, message, signed_in=True)


def signs_in(account: Account) -> SupportsSignIn:
    """The account's provider, for signing in and out. Raises `UsageError` where that is not possible."""
    from photosync.provider import SupportsSignIn

    if not isinstance(account.provider, SupportsSignIn):
        title = account.provider.facts.title
        raise UsageError(
            f"account '{account.name}': {title} has no sign-in that could be done from here; its settings are in the "
            "configuration"
        )
    return account.provider


def _sign_in_of_browser(account: Account, from_file: str | None, browser: str | None) -> str:
    from photosync.cli.pasted import from_file as content_of
    from photosync.provider import TakesSignIn

    option = "--from" if browser is None else "--browser"
    if from_file is not None and browser is not None:
        raise UsageError("--from and --browser name two sign-ins: use one of them")
    if not isinstance(account.provider, TakesSignIn):
        title = account.provider.facts.title
        raise UsageError(f"{option}: account '{account.name}': {title} does not sign in with a browser's cookies")
    if browser is not None:
        return account.provider.sign_in_from_browser(browser)
    assert from_file is not None
    source = "standard input" if from_file == "-" else f"the file {from_file}"
    return account.provider.sign_in_with(content_of(from_file), source)


def _permit_upload(account: Account, terminal: Terminal) -> str:
    from photosync.provider import HasUploadPermission

    if not isinstance(account.provider, HasUploadPermission):
        title = account.provider.facts.title
        raise UsageError(f"--upload: account '{account.name}' needs no permission of its own to upload to {title}")
    return account.provider.permit_upload(terminal)


def print_sign_in(general: GeneralOptions, account: str, message: str, *, signed_in: bool) -> None:
    """The result of `login` or `logout`."""
    if general.json:
        print_json({"account": account, "signed_in": signed_in, "message": message})
    elif not general.quiet:
        print_line(f"{account}: {message}")
