"""The commands that only look: list, collections, usage, status, providers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from photosync import accounts, config
from photosync.catalog import Catalog
from photosync.cli import output
from photosync.cli.general import General, complain
from photosync.cli.selecting import Wish, checked_selection
from photosync.config import AccountConfig, Config
from photosync.errors import Exit, SignInError, UsageError
from photosync.jobs import listing
from photosync.library import Library
from photosync.provider import Account, HasCollections, HasUsage, abilities, plugins
from photosync.transport import Redactor
from photosync.units import format_size


@contextmanager
def _opened(general: General, configured: AccountConfig) -> Iterator[Account]:
    redactor = Redactor()
    output.set_up_logging(general, redactor)
    with accounts.opened(
        configured,
        redactor=redactor,
        on_wait=lambda _: None,
        say=lambda text: complain(f"{configured.name}: {text}"),
        workers=1,
    ) as account:
        yield account


@contextmanager
def _catalog(general: General, configured: Config) -> Iterator[Catalog]:
    """The library's catalog to read in; an empty one where there is no library yet."""
    folder = general.library or configured.library
    library = Library(folder.expanduser(), accounts.state_folder()) if folder else None
    there = library is not None and library.exists and library.catalog_path.exists()
    catalog = Catalog.read(library.catalog_path) if library and there else Catalog.empty()
    try:
        yield catalog
    finally:
        catalog.close()


def list_items(general: General, name: str, wish: Wish, saved: bool) -> None:
    """`list`: a line an item."""
    configured = config.load(general.config)
    account_config = configured.account(name)
    with _catalog(general, configured) as catalog:
        if saved:
            wanted = [*([wish.collection] if wish.collection else []), *(wish.albums or [])]
            _show(general, name, listing.saved(catalog, name, wish.selection(), wanted))
            return
        with _opened(general, account_config) as account:
            if account.provider.facts.needs_picking:
                raise UsageError(
                    f"account '{name}': its provider lists nothing before a person picks: photosync pick {name}"
                )
            selection, collections = checked_selection(wish, account)
            _show(general, name, listing.listed(account, catalog, selection, collections))


def _show(general: General, account: str, rows: Iterator[listing.Row]) -> None:
    for row in rows:
        if general.json:
            output.print_json(_item_json(account, row))
        else:
            item = row.item
            taken = item.taken.isoformat() if item.taken else "-"
            size = format_size(item.size_bytes) if item.size_bytes is not None else "-"
            output.print_line(f"{row.state:7}  {taken:19}  {size:>9}  {item.name or item.id}")


def _item_json(account: str, row: listing.Row) -> dict[str, object]:
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
        "collections": list(item.collections),
        "state": row.state.value,
        "path": row.path,
    }


def list_collections(general: General, name: str) -> None:
    """`collections`: a line an album, frame or folder."""
    configured = config.load(general.config).account(name)
    with _opened(general, configured) as account:
        provider = account.provider
        if not isinstance(provider, HasCollections):
            raise UsageError(f"account '{name}': {provider.facts.title} has no collections")
        found = list(provider.collections())
    if general.json:
        for each in found:
            output.print_json(
                {"account": name, "id": each.id, "name": each.name, "kind": each.kind, "count": each.count}
            )
        return
    rows = [[each.name, "-" if each.count is None else str(each.count), each.id] for each in found]
    output.print_table(["NAME", "ITEMS", "ID"], rows)


def show_usage(general: General, name: str) -> None:
    """`usage`: a line a type."""
    configured = config.load(general.config).account(name)
    with _opened(general, configured) as account:
        provider = account.provider
        if not isinstance(provider, HasUsage):
            raise UsageError(f"account '{name}': {provider.facts.title} does not tell how much storage is used")
        used = provider.usage()
    if general.json:
        for each in used:
            output.print_json({"account": name, "type": each.type, "bytes": each.size_bytes, "count": each.count})
        return
    output.print_table(
        ["TYPE", "ITEMS", "SIZE"], [[each.type, str(each.count), format_size(each.size_bytes)] for each in used]
    )


def show_status(general: General) -> None:
    """`status`: a line an account."""
    configured = config.load(general.config)
    with _catalog(general, configured) as catalog:
        states = [_account_status(general, each, catalog) for each in configured.accounts.values()]
    if general.json:
        for state in states:
            output.print_json(state)
        return
    headings = ["ACCOUNT", "LAST RUN", "ENDED", "ITEMS", "SIZE", "MENDED", "FAILURES", "SIGN-IN"]
    output.print_table(headings, [_status_row(state) for state in states])


def _account_status(general: General, configured: AccountConfig, catalog: Catalog) -> dict[str, object]:
    summary = catalog.summary(configured.name)
    run = summary.last_run
    return {
        "account": configured.name,
        "provider": configured.plugin.name,
        "last_run": run.started_at.isoformat() if run else None,
        "last_exit": run.exit if run else None,
        "items": summary.items,
        "bytes": summary.size_bytes,
        "failures": summary.failed,
        "gone": summary.gone,
        "fixed": catalog.fixes.count(configured.name),
        "sign_in": _sign_in_state(general, configured),
    }


def _sign_in_state(general: General, configured: AccountConfig) -> str:
    """What can be told without asking the service."""
    try:
        with _opened(general, configured) as account:
            return account.provider.sign_in_state()
    except SignInError as error:
        return f"sign-in needed: {error}"
    except UsageError as error:
        return f"configuration: {error}"


def _status_row(state: dict[str, object]) -> list[str]:
    run, status = state["last_run"], state["last_exit"]
    began = f"{datetime.fromisoformat(str(run)).astimezone():%Y-%m-%d %H:%M}" if run else "never"
    ended = Exit(int(str(status))).word if status is not None else ("did not end" if run else "-")
    size = format_size(int(str(state["bytes"])))
    sign_in = str(state["sign_in"]).partition(":")[0]
    counts = [str(state["fixed"]), str(state["failures"])]
    return [str(state["account"]), began, ended, str(state["items"]), size, *counts, sign_in]


def list_providers(general: General) -> None:
    """`providers`: a line a plugin."""
    for name, plugin in plugins().items():
        provider = plugin.load()
        can = abilities(provider)
        if general.json:
            output.print_json(
                {"name": name, "title": provider.facts.title, "distribution": plugin.distribution, "can": can}
            )
        else:
            output.print_line(f"{name:12} {provider.facts.title:20} {plugin.distribution:24} {', '.join(can)}")
