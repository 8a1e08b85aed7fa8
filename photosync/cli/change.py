"""Code for the commands that change something at a service: what the user names, the question, the results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Protocol

from typer import Argument

from photosync import units
from photosync.api.selection import checked_selection, selection_of
from photosync.characters import is_utf_8
from photosync.cli.ids import read_ids
from photosync.cli.library_run import LibraryRun
from photosync.cli.options import ChangeOptions, FilterOptions, GeneralOptions
from photosync.cli.output import FILE_LOG, print_error, print_json, print_line, print_message
from photosync.cli.summary import print_end
from photosync.cli.terminal import Terminal
from photosync.errors import Exit, PhotosyncError, UsageError
from photosync.jobs.change.summary import ChangeSummary

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.jobs.account import Account
    from photosync.jobs.change.change import Action, Outcome, Target
    from photosync.jobs.change.wanted import Wanted
    from photosync.library import Library

    Prepare = Callable[[Account, Library, Catalog], tuple[Action, Sequence[Target]]]

    class OfItems(Action, Protocol):
        """An action for items."""

        def targets(self, wanted: Wanted) -> Sequence[Target]:
            """What the user named, as the service has it."""


Ids = Annotated[
    list[str] | None,
    Argument(metavar="ID", help="What is meant, by its id; `-` reads ids from standard input, one a line."),
]
_SHOWN_NAMES = 5
"""So many names are in the question."""


def named_ids(ids: Sequence[str] | None) -> list[str]:
    """The ids that the user named, each once; `-` stands for those on standard input."""
    named = read_ids(ids or ())
    wrong = next((each for each in named if not (each.strip() and is_utf_8(each))), None)
    if wrong is not None:
        raise UsageError(f"'{wrong}': this is no id")
    return named


def is_selection(options: FilterOptions) -> bool:
    """Whether the user selected anything by an option."""
    return any(getattr(options, each.name) for each in fields(options))


def wanted_items(ids: Sequence[str] | None, options: FilterOptions) -> Callable[[Account], Wanted]:
    """What the user named at the service, for an account. Raises `UsageError`, too when it is called."""
    if bool(ids) == is_selection(options):
        raise UsageError(
            "say what is meant: ids (or - for those on standard input), or a selection such as --year 2019"
        )
    selection_of(options)
    named = named_ids(ids)

    def of(account: Account) -> Wanted:
        from photosync.jobs.change.wanted import Wanted

        return Wanted(named) if ids else Wanted(None, *checked_selection(options, account))

    return of


def changing_items(make: Callable[[Account, Catalog], OfItems], wanted: Callable[[Account], Wanted]) -> Prepare:
    """For `ChangeRun.finish`: the action that `make` gives, for what the user named."""

    def prepare(opened: Account, _library: Library, catalog: Catalog) -> tuple[Action, Sequence[Target]]:
        action = make(opened, catalog)
        return action, action.targets(wanted(opened))

    return prepare


def quoted(name: str) -> str:
    """A name in quotes for the question of `ChangeRun.finish`, which is formatted."""
    return "'" + name.replace("{", "{{").replace("}", "}}") + "'"


def check_can_confirm(options: ChangeOptions) -> None:
    """Raise `UsageError` if nobody can be asked, and the user has not agreed beforehand."""
    if not (options.yes or options.dry_run or sys.stdin.isatty()):
        raise UsageError(
            "this changes something at the service, and nobody is at the terminal to agree. "
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

    def finish(
        self,
        question: str,
        check: Callable[[Account], object],
        prepare: Prepare,
        shown_id: Callable[[Target], str] = lambda target: target.id,
    ) -> Exit:
        """Ask, change, print the results and the summary, and return the exit status.

        `question`: `Trash {what} of {account}?`. `check` raises `UsageError` for what the account cannot do, before
        anything is sent. `prepare` says what is to be done, and may ask the service. `shown_id` gives the id of what
        had none before.
        """
        try:
            summary = self._finished(question, check, prepare, shown_id)
        except UsageError:
            raise
        except (PhotosyncError, KeyboardInterrupt) as raised:
            exit_, message = self._run.ended_by(raised)
            summary = ChangeSummary(self._command, self._config.name, exit=exit_, message=message)
        summary.exit = self._run.exit_of(summary.exit)
        print_end(self._general, summary, _sentence(summary), says_nothing_new=summary.exit is Exit.OK)
        return summary.exit

    def _finished(
        self,
        question: str,
        check: Callable[[Account], object],
        prepare: Prepare,
        shown_id: Callable[[Target], str],
    ) -> ChangeSummary:
        from photosync.jobs.change.change import Change

        run, options = self._run, self._options
        with run.open_account(self._config) as account:
            check(account)
            library = run.library()
            with run.open_catalog(library) as catalog:
                action, targets = prepare(account, library, catalog)
                change = Change(account, catalog, self._command, action, targets)
                open_targets = [target for target in targets if not target.is_done and target.refusal is None]
                if open_targets and not (options.yes or options.dry_run) and not self._agrees(question, open_targets):
                    print_message("nothing was changed")
                    change.summary.left = len(targets)
                    return change.summary
                with run.interruption.watch(account.cancel):
                    for outcome in change.outcomes(dry_run=options.dry_run):
                        self._print(outcome, action.word, shown_id(outcome.target))
                return change.summary

    def _agrees(self, question: str, targets: Sequence[Target]) -> bool:
        names = [target.name for target in targets[:_SHOWN_NAMES]]
        more = len(targets) - len(names)
        print_message(f"  {', '.join(names)}{f', and {more:,} more' if more else ''}")
        asked = question.format(what=_counted(targets), account=self._config.name)
        return (Terminal().ask(f"{asked} [y/N]") or "").strip().lower() in ("y", "yes")

    def _print(self, outcome: Outcome, word: str, id_: str) -> None:
        target, error = outcome.target, outcome.error
        FILE_LOG.info("%s %s: %s", word, outcome.result, id_)
        if self._general.json:
            print_json(
                {
                    "account": self._config.name,
                    "id": id_,
                    "name": target.name,
                    "action": word,
                    "result": outcome.result.value,
                    "reason": error.reason.value if error else None,
                    "error": str(error) if error else None,
                }
            )
        elif error is not None:
            print_error(str(error))
        elif not self._general.quiet:
            print_line(f"{outcome.result.replace('_', ' '):12}  {target.name}")


def _counted(targets: Sequence[Target]) -> str:
    """`12 items and 1 folder`."""
    folders = sum(target.is_folder for target in targets)
    counts = {"item": len(targets) - folders, "folder": folders}
    return " and ".join(f"{count:,} {word}{'s' * (count != 1)}" for word, count in counts.items() if count)


def _sentence(summary: ChangeSummary) -> str:
    counts = {
        "would be changed" if summary.dry_run else "changed": summary.changed,
        "so already": summary.unchanged,
        "refused": summary.failed,
        "not tried": summary.left,
    }
    parts = [f"{count:,} {word}" for word, count in counts.items() if count] or ["nothing to do"]
    status = "" if summary.exit is Exit.OK else f"; {summary.exit.word}, exit {int(summary.exit)}"
    return (
        f"{summary.account}: {summary.command}: {', '.join(parts)}, in {units.format_duration(summary.seconds)}{status}"
    )
