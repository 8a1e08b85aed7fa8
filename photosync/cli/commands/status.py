"""`status`: a line an account."""

from __future__ import annotations

from datetime import datetime

from photosync import config
from photosync.catalog import Catalog
from photosync.cli import output
from photosync.cli.general import General
from photosync.cli.opening import opened_account, opened_catalog
from photosync.config import AccountConfig
from photosync.errors import Exit, SignInError, UsageError
from photosync.units import format_size


def show_status(general: General) -> None:
    """`status`: a line an account."""
    configured = config.load(general.config)
    with opened_catalog(general, configured) as catalog:
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
        with opened_account(general, configured) as account:
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
