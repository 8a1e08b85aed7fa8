"""`fix`: the EXIF fixer on files that are on the disk already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from photosync.cli.command import command
from photosync.cli.options import Exclude, GeneralOptions, IncludeHidden
from photosync.cli.output import print_error, print_json, print_line, print_table
from photosync.errors import Exit, UsageError

if TYPE_CHECKING:
    from photosync.api.fix import FixSummary
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
    from photosync.api.fix import AskedFix, FixRun
    from photosync.cli.opening import library_of, load_config

    config = load_config(general, required=False)
    asked = AskedFix(
        dry_run=dry_run,
        sidecar=sidecar,
        sets=dict(map(_parsed, sets or ())),
        overwrite=[name.strip() for name in overwrite.split(",")] if overwrite else [],
        undo=undo,
        exclude=exclude or (),
        include_hidden=include_hidden,
    )
    run = FixRun(config, library_of(general, config), asked)
    results: list[FileResult] = []
    for result in run.results(paths):
        results.append(result if dry_run else replace(result, fixed=None))
        _show(general, result, dry_run=dry_run, is_asked=bool(sets))
    if run.summary.error is not None:
        print_error(str(run.summary.error))
    if run.summary.note and not general.quiet:
        print_error(run.summary.note)
    _conclude(general, results, run.summary)
    return run.summary.exit


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
        print_json(result.as_json())
        return
    refused = [note for note in result.notes if is_asked and note.startswith("not written: ")]
    is_told = bool(refused) or result.outcome not in ("untouched", "failed")
    if is_told and not dry_run and not general.quiet:
        fields = [change.field for change in result.fixed.changes] if result.fixed else []
        sidecars = [f"sidecar {result.sidecar.name}"] if result.sidecar else []
        done = ", ".join((*fields, *sidecars))
        details = "; ".join((done, *refused) if done else result.notes)
        print_line(f"{result.path}: {result.outcome}{': ' if details else ''}{details}")


def _conclude(general: GeneralOptions, results: list[FileResult], summary: FixSummary) -> None:
    """Show what a dry run found, and the summary."""
    if general.json:
        print_json(summary.as_json())
        return
    if summary.dry_run:
        print_table(["FILE", "WHAT", "BEFORE", "AFTER", "WHY"], [row for each in results for row in _rows(each)])
    if not (general.quiet and summary.exit is Exit.OK):
        counts = sorted(summary.outcomes.items())
        outcomes = ", ".join(f"{count} {word}" for word, count in counts) or "nothing to look at"
        print_line(f"{summary.files} files: {outcomes}{' (dry run: nothing was written)' if summary.dry_run else ''}")


def _rows(result: FileResult) -> list[list[str]]:
    """What would be done with a file: a row for each change, and one for what would be left, and why."""
    path, notes = str(result.path), "; ".join(result.notes)
    rows = [[path, each["field"], each["before"] or "-", each["after"] or "-", each["why"]] for each in result.changes]
    if result.sidecar:
        rows.append([path, "sidecar", "-", result.sidecar.name, notes])
    elif result.outcome == "undone":
        rows.append([path, "undo", "-", "the delivered bytes", notes])
    elif not rows and "nothing is missing" not in result.notes:
        rows.append([path, "nothing", "-", "-", notes or result.error])
    return rows
