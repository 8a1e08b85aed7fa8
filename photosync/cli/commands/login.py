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
    from photosync.jobs.sign_in import permit_upload, signs_in

    terminal = Terminal(browser=not no_browser, port=port)
    with open_account(load_config(general).account(account)) as opened:
        if from_file is not None or browser is not None:
            message = _sign_in_of_browser(opened, from_file, browser)
        else:
            message = permit_upload(opened, terminal) if upload else signs_in(opened).sign_in(terminal)
    print_sign_in(general, account, message, signed_in=True)


def _sign_in_of_browser(account: Account, from_file: str | None, browser: str | None) -> str:
    from photosync.cli.pasted import from_file as content_of
    from photosync.jobs.sign_in import takes_sign_in

    if from_file is not None and browser is not None:
        raise UsageError("--from and --browser name two sign-ins: use one of them")
    provider = takes_sign_in(account, "--from" if browser is None else "--browser")
    if browser is not None:
        return provider.sign_in_from_browser(browser)
    assert from_file is not None
    return provider.sign_in_with(
        content_of(from_file), "standard input" if from_file == "-" else f"the file {from_file}"
    )


def print_sign_in(general: GeneralOptions, account: str, message: str, *, signed_in: bool) -> None:
    """The result of `login` or `logout`."""
    if general.json:
        print_json({"account": account, "signed_in": signed_in, "message": message})
    elif not general.quiet:
        print_line(f"{account}: {message}")
