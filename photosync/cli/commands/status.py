"""`status`: a line per account, the copies, and what to do. With `--check`, the exit status is for monitoring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync import clock, units
from photosync.cli.command import command
from photosync.cli.options import GeneralOptions, parsed
from photosync.cli.output import print_error, print_failure, print_json, print_line, print_table
from photosync.errors import Exit, UsageError
from photosync.jobs.failures import advice_for
from photosync.jobs.status import ago
from photosync.model import Proof
from photosync.units import format_size

if TYPE_CHECKING:
    from photosync.catalog import AccountTotals
    from photosync.jobs.status import AccountStatus

_PROOFS = {
    Proof.HASH: "md5",
    Proof.SIZE: "size",
    Proof.DECODED: "structure",
    Proof.OWN: "own hash",
    Proof.REENCODED: "not original",
}
"""Short forms of the words in `photosync.jobs.proof`, for the table."""


@command
def show_status(
    *,
    check: Annotated[
        str | None,
        Option("--check", metavar="MAXAGE", help="For monitoring: fail where the last good run is older: 2d, 36h."),
    ] = None,
    general: GeneralOptions,
) -> Exit:
    """Show each account: its runs, items, failures and sign-in; what each copy lacks; and what to do."""
    oldest = parsed(units.duration, "--check", check)
    if oldest is not None and oldest <= timedelta():
        raise UsageError("--check: expected the age of a good run, such as 2d or 36h")
    return print_status(general, oldest)


def print_status(general: GeneralOptions, oldest: timedelta | None = None) -> Exit:
    """A line, or an object, for each account and copy. The exit status is OK, except with `oldest`."""
    from photosync.cli.opening import library_of, load_config, open_account, open_catalog
    from photosync.jobs.status import status_of

    config = load_config(general)
    config.check_any_usable()
    for error in config.unusable.values():
        print_failure(error)
    library = library_of(general, config)
    with open_catalog(library) as catalog:
        states = [
            status_of(
                *(each.name, each.plugin.name, catalog, open_account(each)),
                needs_picking=each.provider.facts.needs_picking,
            )
            for each in config.accounts.values()
        ]
        statuses = [error.exit for error in config.unusable.values()] + _print_accounts(general, states, oldest)
        if config.copies and library:
            from photosync.cli.copy_status import print_copies

            statuses += print_copies(general, config, library, catalog, oldest)
    return Exit.worst(statuses) if oldest is not None else Exit.OK


def _print_accounts(general: GeneralOptions, states: Sequence[AccountStatus], oldest: timedelta | None) -> list[Exit]:
    """Returns their exit statuses; none without `oldest`."""
    now = clock.now()
    exits = {each.name: each.exit(oldest, now) for each in states} if oldest is not None else {}
    if general.json:
        for each in states:
            print_json(each.as_json() | ({"exit": int(exits[each.name])} if exits else {}))
    elif oldest is None or not general.quiet:
        _print_page(states, now)
    for each in states:
        if exits.get(each.name):
            status, age = exits[each.name], each.age_of_good_run(now)
            good = f"the last good run was {ago(age)}" if age is not None else "there was no good run"
            print_error(f"{each.name}: {status.word}, exit {int(status)}: {good}; {_last_run(each)}")
    return list(exits.values())


def _print_page(states: Sequence[AccountStatus], now: datetime) -> None:
    headings = ["ACCOUNT", "LAST RUN", "ENDED", "LAST GOOD", "ITEMS", "SIZE", "PROVED", "FIXED", "FAILURES", "SIGN-IN"]
    print_table(headings, [_row(each, now) for each in states])
    for line in _readings([each.totals for each in states]):
        print_line(line)
    for each in states:
        for line in _remarks(each, now):
            print_line(f"{each.name}: {line}")


def _remarks(account: AccountStatus, now: datetime) -> Iterator[str]:
    """What does not fit into the table, and what to do."""
    if account.totals.last_exit:
        yield _last_run(account)
    if count := account.totals.offsite:
        size = format_size(account.totals.offsite_bytes)
        yield f"{count:,} file{'s' * (count != 1)} ({size}) only in copies of the library: evict removed them here"
    for reason, count in account.failures.items():
        yield f"{count} failed: {reason}. {advice_for(reason)}"
    if account.sign_in.pending_picks:
        count = account.sign_in.pending_picks
        sessions = "1 picking session is" if count == 1 else f"{count} picking sessions are"
        yield f"{sessions} not brought yet: photosync session list {account.name}"
    if ": " in account.sign_in.text:
        yield account.sign_in.text
    if (expectation := account.sign_in.expectation(now)) is not None:
        yield expectation


def _last_run(account: AccountStatus) -> str:
    """`the last pull ended with auth, exit 4: …`."""
    totals = account.totals
    if totals.last_started_at is None:
        return "nothing has run yet"
    run = f"the last {totals.last_command}"
    if totals.last_exit is None:
        return f"{run} did not end"
    status = Exit(totals.last_exit)
    ended = f"{run} ended with {status.word}, exit {int(status)}"
    return f"{ended}: {totals.last_message}" if totals.last_message else ended


def _readings(accounts: Sequence[AccountTotals]) -> Iterator[str]:
    """When files were read again, if there are any."""
    oldest = min((each.oldest_reading_at for each in accounts if each.oldest_reading_at), default=None)
    last = max((each.last_verified_at for each in accounts if each.last_verified_at), default=None)
    if oldest is not None:
        verified = f"verified last on {last.astimezone():%Y-%m-%d %H:%M}" if last else "never verified"
        yield f"{verified}; the file that was not read for longest was read or saved on {oldest.astimezone():%Y-%m-%d}"


def _row(account: AccountStatus, now: datetime) -> list[str]:
    totals = account.totals
    began, ended, good = "never", "-", "never"
    if totals.last_started_at is not None:
        began = f"{totals.last_started_at.astimezone():%Y-%m-%d %H:%M}"
        ended = "did not end" if totals.last_exit is None else Exit(totals.last_exit).word
    if (age := account.age_of_good_run(now)) is not None:
        good = ago(age)
    size, fixed, failed = format_size(totals.size_bytes), str(totals.fixed), str(totals.failed)
    sign_in = account.sign_in.text.partition(":")[0]
    return [account.name, began, ended, good, str(totals.items), size, _proofs(totals), fixed, failed, sign_in]


def _proofs(totals: AccountTotals) -> str:
    """`11998 md5, 2 size`."""
    return ", ".join(f"{count} {_PROOFS[proof]}" for proof, count in totals.proved.items() if count) or "-"
