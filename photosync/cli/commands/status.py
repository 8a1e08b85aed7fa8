"""`status`: a line per account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photosync.cli.command import command
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_json, print_table
from photosync.errors import Exit
from photosync.units import format_size

if TYPE_CHECKING:
    from photosync.jobs.status import AccountStatus


@command
def show_status(*, general: GeneralOptions) -> None:
    """Show each account: last run, items, failures, sign-in."""
    print_status(general)


def print_status(general: GeneralOptions) -> None:
    """A line, or an object, for each account."""
    from photosync.cli.opening import library_of, load_config, open_account, open_catalog
    from photosync.jobs.status import account_status

    config = load_config(general)
    with open_catalog(library_of(general, config)) as catalog:
        states = [
            account_status(catalog, each.name, each.plugin.name, open_account(each))
            for each in config.accounts.values()
        ]
    if general.json:
        for state in states:
            print_json(_as_json(state))
        return
    headings = ["ACCOUNT", "LAST RUN", "ENDED", "ITEMS", "SIZE", "FIXED", "FAILURES", "SIGN-IN"]
    print_table(headings, [_row(state) for state in states])


def _as_json(state: AccountStatus) -> dict[str, object]:
    totals = state.totals
    return {
        "account": state.account,
        "provider": state.provider,
        "last_run": totals.last_started_at.isoformat() if totals.last_started_at else None,
        "last_exit": totals.last_exit,
        "items": totals.items,
        "bytes": totals.size_bytes,
        "failures": totals.failed,
        "gone": totals.gone,
        "fixed": totals.fixed,
        "sign_in": state.sign_in,
    }


def _row(state: AccountStatus) -> list[str]:
    totals = state.totals
    began, ended = "never", "-"
    if totals.last_started_at is not None:
        began = f"{totals.last_started_at.astimezone():%Y-%m-%d %H:%M}"
        ended = "did not end" if totals.last_exit is None else Exit(totals.last_exit).word
    counts = [str(totals.items), format_size(totals.size_bytes), str(totals.fixed), str(totals.failed)]
    return [state.account, began, ended, *counts, state.sign_in.partition(":")[0]]
