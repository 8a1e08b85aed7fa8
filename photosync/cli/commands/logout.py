"""`logout`: gives up what `login` obtained."""

from __future__ import annotations

from photosync.cli.command import command
from photosync.cli.commands.login import print_sign_in
from photosync.cli.options import AccountName, GeneralOptions


@command
def logout(*, account: AccountName, general: GeneralOptions) -> None:
    """Sign out of an account, and delete its token."""
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.sign_in import signs_in

    with open_account(load_config(general).account(account)) as opened:
        message = signs_in(opened).sign_out()
    print_sign_in(general, account, message, signed_in=False)
