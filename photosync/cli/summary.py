"""Shows the summary of a run, for people or as JSON."""

from __future__ import annotations

from typing import Protocol

from photosync import units
from photosync.cli.options import GeneralOptions
from photosync.cli.output import FILE_LOG, print_error, print_failure, print_json, print_line
from photosync.errors import ConfigError, Exit, PhotosyncError
from photosync.jobs.report import Summary


class CommandSummary(Protocol):
    """What the summaries of all commands have."""

    message: str | None

    def as_json(self) -> dict[str, object]:
        """The object of the command line's contract."""


def print_summary(general: GeneralOptions, summary: Summary) -> None:
    """A line, or an object, for one account."""
    says_nothing_new = is_said_already(summary)
    print_end(
        *(general, summary, _sentence(summary)),
        says_nothing_new=says_nothing_new,
        error=summary.error,
        subject=_subject(summary),
    )
    if summary.errors and not (general.json or says_nothing_new):
        from photosync.jobs.failures import advice_for

        for reason in dict.fromkeys(each.reason for each in summary.errors):
            print_error(f"{_subject(summary)}: {reason}: {advice_for(reason, summary.command)}")


def print_end(
    general: GeneralOptions,
    summary: CommandSummary,
    sentence: str,
    *,
    says_nothing_new: bool,
    error: PhotosyncError | None = None,
    subject: str = "",
) -> None:
    """The last output of a command: the summary as a sentence, or as an object. `error` ended it early.

    `subject`: whom the message is about, so that a mail about several accounts tells which.
    """
    if isinstance(error, ConfigError):
        print_failure(error)
    elif summary.message:
        is_named = subject in summary.message
        print_error(summary.message if is_named else f"{subject}: {summary.message}")
    FILE_LOG.info("%s", sentence)
    if general.json:
        print_json(summary.as_json())
    elif not (general.quiet and says_nothing_new):
        print_line(sentence)


def is_said_already(summary: Summary) -> bool:
    """Whether all is well, or nothing failed but what the user was told of already, today."""
    is_known = summary.exit is Exit.PARTIAL and summary.failed == summary.known_failures
    return summary.exit is Exit.OK or (is_known and not summary.message)


def _subject(summary: Summary) -> str:
    """The account; a copy may have the name of one, and is after accounts where a pull ends with it."""
    return f"copy '{summary.account}'" if summary.command == "copy" else summary.account


def _sentence(summary: Summary) -> str:
    """The counts, with the words of the JSON."""
    parts = [
        f"{summary.saved} {'would be ' if summary.dry_run else ''}saved ({units.format_size(summary.size_bytes)})",
        f"{summary.unchanged} unchanged",
    ]
    optional = {
        "filtered": summary.filtered,
        "fixed": summary.fixed,
        "gone at the provider (their files stay)": summary.gone,
        "failed": summary.failed,
    }
    parts += [f"{count} {word}" for word, count in optional.items() if count]
    status = "" if summary.exit is Exit.OK else f"; {summary.exit.word}, exit {int(summary.exit)}"
    duration = units.format_duration(summary.seconds)
    return f"{_subject(summary)}: {summary.listed} listed: {', '.join(parts)}, in {duration}{status}"
