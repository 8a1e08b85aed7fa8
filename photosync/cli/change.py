"""Code for the commands that change something at a service: what the user names, the question, the results."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

from typer import Argument

from photosync import units
from photosync.api.change import AskedChange, open_change
from photosync.cli.ids import read_ids
from photosync.cli.library_run import LibraryRun
from photosync.cli.options import ChangeOptions, GeneralOptions
from photosync.cli.output import FILE_LOG, print_error, print_json, print_line, print_message
from photosync.cli.summary import print_end
from photosync.cli.terminal import Terminal
from photosync.errors import Exit, PhotosyncError, UsageError
from photosync.jobs.change.summary import ChangeSummary

if TYPE_CHECKING:
    from photosync.jobs.change.change import Outcome, Target


Ids = Annotated[
    list[str] | None,
    Argument(metavar="ID", help="What is meant, by its id; `-` reads ids from standard input, one a line."),
]
_SHOWN_NAMES = 5
"""So many names are in the question."""


def given_ids(ids: Sequence[str] | None) -> Iterator[str] | None:
    """The ids that the user named, read when they are used: `-` stands for those on standard input. None: no word."""
    return (each for given in [ids] for each in read_ids(given)) if ids else None


def quoted(name: str) -> str:
    """A name in quotes for the question of `ChangeRun.finish`, which is formatted."""
    return "'" + name.replace("{", "{{").replace("}", "}}") + "'"


def check_can_confirm(options: ChangeOptions, what: str = "changes something at the service") -> None:
    """Raise `UsageError` if nobody can be asked, and the user has not agreed beforehand. `what` the command does."""
    if not (options.yes or options.dry_run or sys.stdin.isatty()):
        raise UsageError(
            f"this {what}, and nobody is at the terminal to agree. "
            "Add --yes to do it, or --dry-run to see what would be done."
        )


class ChangeRun:
    """One run of such a command for one account."""

    def __init__(self, general: GeneralOptions, command: str, account: str, options: ChangeOptions) -> None:
        """`command` as the user writes it: `trash`, `album add`. Nothing has been sent, and no file opened."""
        check_can_confirm(options)
        self._general = general
        self._command = command
        self._options = options
        self._run = LibraryRun(general, command, dry_run=options.dry_run, jobs=1, bwlimit=None)
        self._config = self._run.config.account(account)

    def finish(self, question: str, asked: AskedChange, done: ChangeSummary | None = None) -> Exit:
        """Ask, change, print the results and the summary, and return the exit status.

        `question`: `Trash {what} of {account}?`. `done`: what was done before, whose results were printed.
        """
        try:
            summary = self._finished(question, asked)
        except UsageError:
            raise
        except (PhotosyncError, KeyboardInterrupt) as raised:
            exit_, message = self._run.ended_by(raised)
            summary = ChangeSummary(self._command, self._config.name, exit=exit_, message=message)
        if done is not None:
            summary.add(done)
        summary.exit = self._run.exit_of(summary.exit)
        print_changes(self._general, summary)
        return summary.exit

    def _finished(self, question: str, asked: AskedChange) -> ChangeSummary:
        run, options = self._run, self._options
        with (
            run.open_account(self._config) as account,
            open_change(account, run.library(), self._command, asked, dry_run=options.dry_run) as change,
        ):
            open_targets = [target for target in change.targets if not target.is_done and target.refusal is None]
            if open_targets and not (options.yes or options.dry_run) and not self._agrees(question, open_targets):
                print_message("nothing was changed")
                change.summary.left = len(change.targets)
                return change.summary
            with run.interruption.watch(account.cancel):
                for outcome in change.outcomes(dry_run=options.dry_run):
                    id_ = asked.shown_id(outcome.target)
                    print_outcome(self._general, self._config.name, outcome, change.action.word, id_)
            return change.summary

    def _agrees(self, question: str, targets: Sequence[Target]) -> bool:
        names = [target.name for target in targets[:_SHOWN_NAMES]]
        more = len(targets) - len(names)
        print_message(f"  {', '.join(names)}{f', and {more:,} more' if more else ''}")
        asked = question.format(what=_counted(targets), account=self._config.name)
        return (Terminal().ask(f"{asked} [y/N]") or "").strip().lower() in ("y", "yes")


def print_outcome(general: GeneralOptions, account: str, outcome: Outcome, word: str, id_: str) -> None:
    """A line, or an object. `word`: of the command."""
    target, error = outcome.target, outcome.error
    FILE_LOG.info("%s %s: %s", word, outcome.result, id_)
    if general.json:
        print_json(outcome.as_json(account, word, id_))
    elif error is not None:
        print_error(str(error))
    elif not general.quiet:
        print_line(f"{outcome.result.replace('_', ' '):12}  {target.name}")


def print_changes(general: GeneralOptions, summary: ChangeSummary) -> None:
    """The last output of such a command."""
    print_end(general, summary, _sentence(summary), says_nothing_new=summary.exit is Exit.OK)


def _counted(targets: Sequence[Target]) -> str:
    """`12 items and 1 folder`."""
    folders = sum(target.is_folder for target in targets)
    counts = {"item": len(targets) - folders, "folder": folders}
    return " and ".join(f"{count:,} {word}{'s' * (count != 1)}" for word, count in counts.items() if count)


def _sentence(summary: ChangeSummary) -> str:
    """The counts, with the words of the JSON."""
    counts = {
        "would be changed" if summary.dry_run else "changed": summary.changed,
        "unchanged": summary.unchanged,
        "failed": summary.failed,
        "left": summary.left,
    }
    parts = [f"{count:,} {word}" for word, count in counts.items() if count] or ["nothing to do"]
    status = "" if summary.exit is Exit.OK else f"; {summary.exit.word}, exit {int(summary.exit)}"
    return (
        f"{summary.account}: {summary.command}: {', '.join(parts)}, in {units.format_duration(summary.seconds)}{status}"
    )
