"""`status`: a line per account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from photosync import clock
from photosync.cli.command import command
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_failure, print_json, print_line, print_table
from photosync.errors import Exit
from photosync.model import Proof
from photosync.units import format_size

if TYPE_CHECKING:
    from photosync.catalog import AccountTotals

_PROOFS = {
    Proof.HASH: "md5",
    Proof.SIZE: "size",
    Proof.DECODED: "structure",
    Proof.OWN: "own hash",
    Proof.REENCODED: "not original",
}
"""Short forms of the words in `photosync.jobs.proof`, for the table."""


@command
def show_status(*, general: GeneralOptions) -> None:
    """Show each account: last run, items, failures, sign-in."""
    print_status(general)


def print_status(general: GeneralOptions) -> None:
    """A line, or an object, for each account."""
    from photosync.cli.opening import library_of, load_config, open_account, open_catalog
    from photosync.jobs.status import sign_in_state, status_json

    config = load_config(general)
    accounts = config.accounts.values()
    for error in config.unusable.values():
        print_failure(error)
    with open_catalog(library_of(general, config)) as catalog:
        states = [(each, catalog.totals(each.name), sign_in_state(open_account(each))) for each in accounts]
    if general.json:
        for account, totals, sign_in in states:
            print_json(status_json(account.name, account.plugin.name, totals, sign_in))
        return
    headings = ["ACCOUNT", "LAST RUN", "ENDED", "ITEMS", "SIZE", "PROVED", "FIXED", "FAILURES", "SIGN-IN"]
    rows = [[account.name, *_row(totals), sign_in.text.partition(":")[0]] for account, totals, sign_in in states]
    print_table(headings, rows)
    for line in _readings([totals for _, totals, _ in states]):
        print_line(line)
    for account, _, sign_in in states:
        if (expectation := sign_in.expectation(clock.now())) is not None:
            print_line(f"{account.name}: {expectation}")


def _readings(accounts: Sequence[AccountTotals]) -> Iterator[str]:
    """When files were read again, if there are any."""
    oldest = min((each.oldest_reading_at for each in accounts if each.oldest_reading_at), default=None)
    last = max((each.last_verified_at for each in accounts if each.last_verified_at), default=None)
    if oldest is not None:
        verified = f"verified last on {last.astimezone():%Y-%m-%d %H:%M}" if last else "never verified"
        yield f"{verified}; the file that was not read for longest was read or saved on {oldest.astimezone():%Y-%m-%d}"


def _row(totals: AccountTotals) -> list[str]:
    began, ended = "never", "-"
    if totals.last_started_at is not None:
        began = f"{totals.last_started_at.astimezone():%Y-%m-%d %H:%M}"
        ended = "did not end" if totals.last_exit is None else Exit(totals.last_exit).word
    size, fixed, failed = format_size(totals.size_bytes), str(totals.fixed), str(totals.failed)
    return [began, ended, str(totals.items), size, _proofs(totals), fixed, failed]


def _proofs(totals: AccountTotals) -> str:
    """`11998 md5, 2 size`."""
    return ", ".join(f"{count} {_PROOFS[proof]}" for proof, count in totals.proved.items() if count) or "-"
