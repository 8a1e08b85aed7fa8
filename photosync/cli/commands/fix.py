"""`fix`: the EXIF fixer on files that are on the disk already."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from photosync.cli.command import command
from photosync.cli.options import Exclude, GeneralOptions, IncludeHidden
from photosync.cli.output import print_error, print_json, print_line, print_table
from photosync.errors import DestinationError, Exit, UsageError

if TYPE_CHECKING:
    from photosync.jobs.fix.fix import FileResult


@command
def fix(
    *,
    paths: Annotated[list[Path], Argument(metavar="PATH", help="Files or folders.")],
    dry_run: Annotated[bool, Option("--dry-run", help="Show what would change and why; write nothing.")] = False,
    sidecar: Annotated[bool, Option("--sidecar", help="Write sidecars alone; leave files as they are.")] = False,
    sets: Annotated[
        list[str] | None,
        Option("--set", metavar="KEY=VALUE", help="A setting for this run, or a text in Exif; repeatable."),
    ] = None,
    overwrite: Annotated[
        str, Option("--overwrite", metavar="TAG,…", help="Texts in Exif that are written over: artist,copyright.")
    ] = "",
    undo: Annotated[bool, Option("--undo", help="Give the original bytes back.")] = False,
    exclude: Exclude = None,
    include_hidden: IncludeHidden = False,
    general: GeneralOptions,
) -> Exit:
    """Fill in what photos lack: capture dates, offsets, names; or take it back."""
    from photosync.cli.opening import library_of, load_config
    from photosync.jobs.fix.file_owner import FileOwners
    from photosync.jobs.fix.fix import Fix
    from photosync.jobs.fix.run_settings import settings_for_run
    from photosync.jobs.user_files import UserFiles
    from photosync.user_folders import state_folder

    if undo and (sidecar or sets or overwrite):
        raise UsageError("--undo undoes what was done; it goes with neither --sidecar nor --set nor --overwrite")
    config = load_config(general, required=False)
    names = [name.strip() for name in overwrite.split(",")] if overwrite else []
    settings = settings_for_run(
        config.probable_metadata_settings if undo else config.metadata_settings,
        config.accounts,
        sets=dict(map(_parsed, sets or ())),
        overwrite=names,
        sidecar=sidecar,
    )
    began = time.monotonic()
    results: list[FileResult] = []
    # What an earlier version changed is taken back, wherever it is.
    files = UserFiles(exclude or (), include_hidden=include_hidden or undo)
    library, state = library_of(general, config), state_folder()
    statuses = [Exit.OK]
    try:
        with FileOwners(library, state, settings, to_change=not dry_run) as owners:
            for result in Fix(owners, files, dry_run=dry_run, undo=undo).run(paths):
                results.append(result if dry_run else replace(result, fixed=None))
                _show(general, result, dry_run=dry_run, is_asked=bool(sets))
    except DestinationError as error:
        print_error(str(error))
        statuses.append(error.exit)
    if files.note and not general.quiet:
        print_error(files.note)
    status = Exit.worst([*statuses, *(result.exit for result in results)])
    _conclude(general, results, status, time.monotonic() - began, dry_run=dry_run)
    return status


def _parsed(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set {text}: expected KEY=VALUE")
    return key, value


def _show(general: GeneralOptions, result: FileResult, *, dry_run: bool, is_asked: bool) -> None:
    """What was done with a file; and what was not, if the user asked for values (`is_asked`)."""
    if result.error:
        print_error(result.error if str(result.path) in result.error else f"{result.path}: {result.error}")
    if general.json:
        print_json(_as_json(result))
        return
    refused = [note for note in result.notes if is_asked and note.startswith("not written: ")]
    is_told = bool(refused) or result.outcome not in ("untouched", "failed")
    if is_told and not dry_run and not general.quiet:
        fields = [change.field for change in result.fixed.changes] if result.fixed else []
        sidecars = [f"sidecar {result.sidecar.name}"] if result.sidecar else []
        done = ", ".join((*fields, *sidecars))
        details = "; ".join((done, *refused) if done else result.notes)
        print_line(f"{result.path}: {result.outcome}{': ' if details else ''}{details}")


def _changes(result: FileResult) -> list[dict[str, str]]:
    from photosync.jobs.fix.fix_record import changes_json, reason_of

    if result.fixed is None:
        return []
    reasons = [reason_of(each, result.fixed.capture_time) for each in result.fixed.changes]
    return [{**each, "why": why} for each, why in zip(changes_json(result.fixed.changes), reasons, strict=True)]


def _as_json(result: FileResult) -> dict[str, object]:
    return {
        "path": str(result.path),
        "outcome": result.outcome,
        "changes": _changes(result),
        "sidecar": str(result.sidecar) if result.sidecar else None,
        "notes": list(result.notes),
        **({"error": result.error} if result.error else {}),
    }


def _conclude(
    general: GeneralOptions, results: list[FileResult], status: Exit, seconds: float, *, dry_run: bool
) -> None:
    """Show what `dry_run` found, and the summary."""
    counts = Counter(result.outcome for result in results)
    if general.json:
        content = {"command": "fix", "files": len(results)}
        content |= {word: counts[word] for word in ("fixed", "sidecar", "untouched", "undone", "failed")}
        content |= {"dry_run": True} if dry_run else {}
        errors = [{"path": str(each.path), "error": each.error} for each in results if each.error]
        print_json({**content, "seconds": round(seconds, 1), "exit": int(status), "errors": errors})
        return
    if dry_run:
        print_table(["FILE", "WHAT", "BEFORE", "AFTER", "WHY"], [row for each in results for row in _rows(each)])
    if not (general.quiet and status is Exit.OK):
        outcomes = ", ".join(f"{count} {word}" for word, count in sorted(counts.items())) or "nothing to look at"
        print_line(f"{len(results)} files: {outcomes}{' (dry run: nothing was written)' if dry_run else ''}")


def _rows(result: FileResult) -> list[list[str]]:
    """What would be done with a file: a row for each change, and one for what would be left, and why."""
    path, notes = str(result.path), "; ".join(result.notes)
    rows = [
        [path, each["field"], each["before"] or "-", each["after"] or "-", each["why"]] for each in _changes(result)
    ]
    if result.sidecar:
        rows.append([path, "sidecar", "-", result.sidecar.name, notes])
    elif result.outcome == "undone":
        rows.append([path, "undo", "-", "the delivered bytes", notes])
    elif not rows and "nothing is missing" not in result.notes:
        rows.append([path, "nothing", "-", "-", notes or result.error])
    return rows
