"""`doctor`: looks for what can be wrong, and says what to do. It works also where nothing else does."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from photosync.cli.command import command
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_json, print_line
from photosync.errors import DestinationError, Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photosync.jobs.doctor.check import Check


@command
def doctor(
    *,
    accounts: Annotated[
        list[str] | None, Argument(metavar="[ACCOUNT]...", help="Only these accounts; without any, all.")
    ] = None,
    offline: Annotated[bool, Option("--offline", help="Ask no service.")] = False,
    bundle: Annotated[
        Path | None,
        Option("--bundle", metavar="FILE", help="Write a ZIP file for a bug report: no secrets, names or photos."),
    ] = None,
    general: GeneralOptions,
) -> Exit:
    """Look for what is wrong, and say what to do."""
    from photosync.api.examination import Examination
    from photosync.cli import logs
    from photosync.cli.opening import open_account

    if bundle is not None and bundle.exists():
        raise DestinationError(f"--bundle {bundle} exists, and is not replaced. Name another file.")
    examination = Examination(general.config, general.library, accounts or (), not offline, open_account, logs.REDACTOR)
    found = []
    for check in examination.checks():
        found.append(check)
        _show(general, check)
    status = Exit.worst([check.exit for check in found])
    if bundle is not None:
        examination.write_bundle(bundle, found, logs.written_to())
        if not general.json and not general.quiet:
            print_line(f"{bundle} is written. Look into it before you send it.")
    _conclude(general, found, status)
    return status


def _show(general: GeneralOptions, check: Check) -> None:
    if general.json:
        print_json(check.as_json())
    elif not (general.quiet and check.result == "ok"):
        account = f" of {check.account}" if check.account else ""
        print_line(f"{check.result:8} {check.name}{account}: {check.text}")
        if check.advice and check.result != "ok":
            print_line(f"{'':8} {check.advice}")


def _conclude(general: GeneralOptions, found: Sequence[Check], status: Exit) -> None:
    counts = Counter(check.result.value for check in found)
    ok, warnings, errors = counts["ok"], counts["warning"], counts["error"]
    if general.json:
        summary = {"command": "doctor", "checks": len(found), "ok": ok, "warnings": warnings, "errors": errors}
        print_json({**summary, "exit": int(status)})
    elif not (general.quiet and not warnings and not errors):
        ended = "" if status is Exit.OK else f"; {status.word}, exit {int(status)}"
        print_line(f"{len(found)} checks: {ok} ok, {warnings} warnings, {errors} errors{ended}")
