"""`list`: what the provider or the library has, a line per item."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Set
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync.api.selection import checked_selection, selection_of
from photosync.cli.command import command
from photosync.cli.ids import with_ids_read
from photosync.cli.options import AccountName, GeneralOptions, SelectionOptions
from photosync.cli.output import is_read, print_error, print_json, print_line
from photosync.errors import Exit, UsageError
from photosync.units import format_size

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.config import AccountConfig
    from photosync.jobs.list import ListedItem, State
    from photosync.model import Selection


@command
def list_items(
    *,
    account: AccountName,
    selection: SelectionOptions,
    saved: Annotated[bool, Option("--saved", help="What the library has, without asking the provider.")] = False,
    states: Annotated[
        list[str] | None,
        Option("--state", metavar="STATE", help="Only new, saved, changed, failed, pushed or gone; repeatable."),
    ] = None,
    general: GeneralOptions,
) -> Exit:
    """Show what the provider has."""
    from photosync.cli.opening import library_of, load_config, open_catalog
    from photosync.jobs import list as job

    selection, missing = with_ids_read(selection), list[str]()
    wanted, limit = _states(states), selection_of(selection).limit
    if saved and wanted & job.COMPARED_STATES:
        raise UsageError("--saved: whether an item is new or changed, the provider alone shows. Leave --saved out.")
    config = load_config(general)
    configured = config.account(account)
    with (
        open_catalog(library_of(general, config)) as catalog,
        closing(_rows(configured, catalog, selection, wanted, saved=saved, missing=missing)) as rows,
    ):
        _show(general, account, islice(rows, limit))
    return Exit.PARTIAL if missing else Exit.OK


def _rows(
    account: AccountConfig,
    catalog: Catalog,
    options: SelectionOptions,
    wanted: Set[State],
    *,
    saved: bool,
    missing: list[str],
) -> Generator[ListedItem, None, None]:
    """The items in the states `wanted`, or in all; more than the limit, which counts items of these states.

    `missing` gets the ids that were asked for and that the provider does not have; the user is told of each.
    """
    from photosync.cli.opening import open_account
    from photosync.jobs import list as job
    from photosync.jobs.listing_pages import not_there

    def unlimited(selection: Selection) -> Selection:
        return replace(selection, limit=None) if wanted else selection

    recorded = wanted if saved else wanted & job.RECORDED_STATES
    if not saved and (not wanted or wanted - recorded):
        with open_account(account) as opened:
            job.check_can_list(opened)
            selection, collections = checked_selection(options, opened)

            def note_missing(id_: str) -> None:
                missing.append(id_)
                print_error(str(not_there(opened, id_)))

            rows = job.listed(opened, catalog, unlimited(selection), collections, note_missing)
            yield from (row for row in rows if not wanted or row.state in wanted - recorded)
    if saved or recorded:
        selection = unlimited(selection_of(options))
        yield from job.recorded(catalog, account.name, selection, options.collections, recorded)


def _states(words: list[str] | None) -> frozenset[State]:
    from photosync.jobs.list import State

    for word in words or []:
        if word not in list(State):
            raise UsageError(f"--state: expected one of {', '.join(State)}, not '{word}'")
    return frozenset(map(State, words or []))


def _show(general: GeneralOptions, account: str, rows: Iterable[ListedItem]) -> None:
    for row in rows:
        if not is_read():
            return
        if general.json:
            print_json(_as_json(account, row))
        else:
            item = row.item
            taken = item.taken.isoformat() if item.taken else "-"
            size = format_size(item.size_bytes) if item.size_bytes is not None else "-"
            print_line(f"{row.state:7}  {taken:19}  {size:>9}  {item.name or item.id}")


def _as_json(account: str, row: ListedItem) -> dict[str, object]:
    item = row.item
    return {
        "account": account,
        "id": item.id,
        "name": item.name,
        "kind": item.kind.value,
        "taken": item.taken.isoformat() if item.taken else None,
        "size": item.size_bytes,
        "md5": item.md5 or item.md5_hint,
        "width": item.width,
        "height": item.height,
        "favorite": item.favorite,
        "collections": list(row.collections),
        "state": row.state.value,
        "path": row.path,
        **_known_json(row),
        **_recorded_json(row),
    }


def _known_json(row: ListedItem) -> dict[str, object]:
    """What is known of only some items."""
    item = row.item
    utc = item.taken.utc if item.taken else None
    content: dict[str, object] = {
        "taken_utc": utc.strftime("%Y-%m-%dT%H:%M:%SZ") if utc else None,
        "gps": [item.gps.latitude, item.gps.longitude] if item.gps and item.gps.is_real else None,
        "people": list(row.people),
        "description": item.description,
        "labels": list(item.labels),
        "hidden": item.hidden,
        "pair": row.pair,
    }
    return {key: value for key, value in content.items() if value}


def _recorded_json(row: ListedItem) -> dict[str, object]:
    """What only some items have."""
    entry = row.entry
    if entry is None:
        return {}
    content: dict[str, object] = {"proof": entry.proved} if entry.proved else {}
    return content | ({"reason": entry.reason, "tries": entry.tries} if entry.reason else {})
