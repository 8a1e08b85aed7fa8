"""`fix`: the EXIF fixer on files that lie there already."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from photosync import accounts, config
from photosync.cli import output
from photosync.cli.general import General, complain
from photosync.config import Config
from photosync.errors import ConfigError, Exit, UsageError
from photosync.jobs.fix.file_owner import FileOwners
from photosync.jobs.fix.fix import FileResult, Fix
from photosync.jobs.fix.fix_record import changes_json, reason_of
from photosync.library import Library
from photosync.metadata import Mode, Settings
from photosync.transport import Redactor

SETTABLE = ("artist", "copyright", "remove_software", "sidecar_name", "time_zone", "write_gps")
_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True)
class FixRequest:
    """What `fix` was asked, as it was typed."""

    paths: Sequence[Path]
    dry_run: bool = False
    sidecar: bool = False
    undo: bool = False
    sets: Sequence[str] = ()


def configured(general: General) -> Config | None:
    """The configuration; None where nobody has one, which is no error for files that no account brought."""
    if general.config is None and not config.default_path().exists():
        return None
    return config.load(general.config)


def library_of(general: General, found: Config | None) -> Library | None:
    """The library that the user works with."""
    folder = general.library or (found.library if found else None)
    return Library(folder.expanduser(), accounts.state_folder()) if folder else None


def settings_by_account(found: Config | None, mode: Mode | None = None) -> Callable[[str | None], Settings]:
    """An account's settings for the fixer; for None, those of files that belong to no account."""

    def settings(account: str | None) -> Settings:
        options = config.Defaults()
        if found is not None:
            known = found.accounts.get(account or "")
            options = known.options if known else found.defaults
        return options.metadata_settings(mode)

    return settings


def fix(general: General, request: FixRequest) -> None:
    """The command. Ends the process with the contract's status."""
    output.set_up_logging(general, Redactor())
    if request.undo and (request.sidecar or request.sets):
        raise UsageError("--undo undoes what was done; it goes with neither --sidecar nor --set")
    found = configured(general)
    settings = _with_sets(settings_by_account(found), request)
    settings(None)  # a typing error is told before anything else
    began = time.monotonic()
    results: list[FileResult] = []
    state, to_change = accounts.state_folder(), not request.dry_run
    with FileOwners(library_of(general, found), state, settings, to_change=to_change) as owners:
        for result in Fix(owners, dry_run=request.dry_run, undo=request.undo).run(request.paths):
            results.append(replace(result, fixed=None) if not request.dry_run else result)
            _show(general, request, result)
    raise typer.Exit(int(_conclude(general, request, results, time.monotonic() - began)))


def _with_sets(base: Callable[[str | None], Settings], request: FixRequest) -> Callable[[str | None], Settings]:
    values = dict(_parsed(text) for text in request.sets)

    def settings(account: str | None) -> Settings:
        own = base(account)
        mode = Mode.SIDECAR if request.sidecar or own.mode is Mode.SIDECAR else Mode.FIX
        try:
            return replace(own, mode=mode, **values)  # type: ignore[arg-type]
        except (ValueError, ConfigError) as error:
            raise UsageError(f"--set: {error}") from error

    return settings


def _parsed(text: str) -> tuple[str, str | bool]:
    key, equals, value = text.partition("=")
    if not equals or key not in SETTABLE:
        raise UsageError(f"--set {text}: expected KEY=VALUE with one of {', '.join(SETTABLE)}")
    if key not in ("write_gps", "remove_software"):
        return key, value
    if value.lower() not in _TRUTH:
        raise UsageError(f"--set {text}: expected true or false")
    return key, _TRUTH[value.lower()]


def _show(general: General, request: FixRequest, result: FileResult) -> None:
    if result.error:
        complain(result.error if str(result.path) in result.error else f"{result.path}: {result.error}")
    if general.json:
        output.print_json(_as_json(result))
    elif not request.dry_run and not general.quiet and result.outcome not in ("untouched", "failed"):
        fields = [change.field for change in result.fixed.changes] if result.fixed else []
        beside = [f"sidecar {result.sidecar.name}"] if result.sidecar else []
        said = ", ".join((*fields, *beside)) or "; ".join(result.notes)
        output.print_line(f"{result.path}: {result.outcome}{': ' if said else ''}{said}")


def _as_json(result: FileResult) -> dict[str, object]:
    fixed = result.fixed
    changes = changes_json(fixed.changes) if fixed else []
    if fixed:
        whys = [reason_of(each, fixed.capture_time) for each in fixed.changes]
        changes = [{**change, "why": why} for change, why in zip(changes, whys, strict=True)]
    optional = {"error": result.error} if result.error else {}
    return {
        "path": str(result.path),
        "outcome": result.outcome,
        "changes": changes,
        "sidecar": str(result.sidecar) if result.sidecar else None,
        "notes": list(result.notes),
        **optional,
    }


def _conclude(general: General, request: FixRequest, results: list[FileResult], seconds: float) -> Exit:
    counts = Counter(result.outcome for result in results)
    status = Exit.PARTIAL if counts["failed"] else Exit.OK
    if general.json:
        words = ("fixed", "sidecar", "untouched", "undone", "failed")
        errors = [{"path": str(each.path), "error": each.error} for each in results if each.error]
        output.print_json(
            {
                "command": "fix",
                "files": len(results),
                **{word: counts[word] for word in words},
                **({"dry_run": True} if request.dry_run else {}),
                "seconds": round(seconds, 1),
                "exit": int(status),
                "errors": errors,
            }
        )
        return status
    if request.dry_run:
        output.print_table(["FILE", "WHAT", "BEFORE", "AFTER", "WHY"], [row for each in results for row in _rows(each)])
    if not (general.quiet and status is Exit.OK):
        said = ", ".join(f"{count} {word}" for word, count in sorted(counts.items())) or "nothing to look at"
        output.print_line(f"{len(results)} files: {said}{' (dry run: nothing was written)' if request.dry_run else ''}")
    return status


def _rows(result: FileResult) -> list[list[str]]:
    """What would be done with a file; a line for each change, and one for what is left and why."""
    path, fixed = str(result.path), result.fixed
    rows = []
    if fixed:
        rows = [
            [path, each.field, each.before or "-", each.after or "-", reason_of(each, fixed.capture_time)]
            for each in fixed.changes
        ]
    notes = "; ".join(result.notes)
    if result.sidecar:
        rows.append([path, "sidecar", "-", result.sidecar.name, notes])
    elif result.outcome == "undone":
        rows.append([path, "undo", "-", "the delivered bytes", notes])
    elif not rows and "nothing is missing" not in result.notes:
        rows.append([path, "nothing", "-", "-", notes or result.error])
    return rows
