"""What `status` shows of the copies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from photosync import clock
from photosync.cli.output import print_error, print_failure, print_json, print_line
from photosync.errors import DestinationError, Exit
from photosync.jobs.copy.state import state_of
from photosync.jobs.status import ago
from photosync.units import format_size

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.cli.options import GeneralOptions
    from photosync.config import Config
    from photosync.jobs.copy.state import CopyState
    from photosync.library import Library


def print_copies(
    general: GeneralOptions, config: Config, library: Library, catalog: Catalog, oldest: timedelta | None
) -> list[Exit]:
    """Some lines, or an object, for each copy. Returns their exit statuses, and tells of them with `oldest`.

    A copy that no pull ends with may be of any age, such as that on a disk in a drawer.
    """
    now, exits = clock.now(), []
    for name, address in config.copy_addresses.items():
        try:
            copy = state_of(name, address, library, catalog)
        except DestinationError as error:  # what is known of it is damaged
            print_failure(error)
            exits.append(error.exit)
            continue
        status = copy.exit(oldest if name in config.after else None, now)
        exits.append(status)
        if general.json:
            print_json(copy.as_json() | ({"exit": int(status)} if oldest is not None else {}))
        elif oldest is None or not general.quiet:
            for line in _lines(copy, now):
                print_line(f"copy '{name}': {line}")
        if status and oldest is not None:
            print_error(f"copy '{name}': {status.word}, exit {int(status)}: {'; '.join(_lines(copy, now))}")
    return exits


def _lines(copy: CopyState, now: datetime) -> Iterator[str]:
    """How old it is, and what it lacks; what is wrong with it; when it was read."""
    totals, compared, age = copy.totals, copy.compared, copy.age(now)
    complete = f"complete {ago(age)}" if age is not None else "never complete"
    if copy.is_in_another_place:
        complete = "never complete in this place, which is another than before"
    lacks = "lacks nothing"
    if compared.lacking:
        lacks = f"lacks {_files(compared.lacking)} ({format_size(compared.lacking_bytes)}): photosync copy {copy.name}"
    yield f"{complete}; {_files(totals.files)} there ({format_size(totals.size_bytes)}); {lacks}"
    if totals.last_run_at is not None and totals.last_exit is None:
        yield "the last run did not end, or is at work"
    elif totals.last_exit:
        ended = f"the last run ended with {totals.last_exit.word}, exit {int(totals.last_exit)}"
        message = (totals.last_message or "").removeprefix(f"copy '{copy.name}': ")
        yield f"{ended}: {message}" if message else ended
    if totals.wrong:
        advice = f"photosync verify --copy {copy.name} --repair"
        yield f"{_files(totals.wrong)} there found damaged or missing: {advice}"
    oldest = copy.oldest_reading_at
    if compared.unread or oldest:
        read = f"{_files(compared.unread)} not read there yet" if compared.unread else "every file was read there"
        yield f"{read}; the oldest reading is of {oldest.astimezone():%Y-%m-%d}" if oldest else read


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"
