"""The options that several commands share. A group of them is a dataclass with one field per option.

`command` turns a parameter of such a type into the options of the group, which stand under its `heading` in the help,
unless an option names another one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, ClassVar, TypeVar

from typer import Argument, BadParameter, Option

from photosync.api.selection import AskedSelection
from photosync.cli.help_page import GENERAL, LIMITS, OWN, PLACES, SELECTION
from photosync.errors import UsageError


def _path(text: str) -> Path:
    """An empty text would be the present folder: a variable that is not set is written so."""
    if not str(text).strip():
        raise BadParameter("expected a path, and got an empty text; is a variable not set?")
    return Path(text)


Value = TypeVar("Value")
_MOST = 10**9
"""More items than any account has."""

AccountName = Annotated[str, Argument(metavar="ACCOUNT", help="The account's name in the configuration.")]
NoBrowser = Annotated[bool, Option("--no-browser", help="Open no browser; show the address alone.")]
Port = Annotated[
    int | None, Option("--port", metavar="N", min=1, max=65535, help="Where the sign-in page answers, for ssh -L.")
]
DryRun = Annotated[bool, Option("--dry-run", help="Say what would be done; write nothing.")]
Query = Annotated[
    str | None,
    Option("--query", metavar="TEXT", help="In the provider's own filter language.", rich_help_panel=SELECTION),
]
AllFiles = Annotated[
    bool, Option("--all-files", help="Also what is neither photo nor video.", rich_help_panel=SELECTION)
]
Exclude = Annotated[
    list[str] | None,
    Option(
        "--exclude",
        metavar="GLOB",
        help="Leave out files or folders of this name or path; repeatable.",
        rich_help_panel=SELECTION,
    ),
]
IncludeHidden = Annotated[
    bool,
    Option(
        "--include-hidden",
        help="Also hidden files, and thumbnails and trash that machines make.",
        rich_help_panel=SELECTION,
    ),
]
ItemIds = Annotated[
    list[str] | None,
    Option(
        "--id",
        metavar="ID",
        help="The item with this id; repeatable. -: ids from standard input, one a line.",
        rich_help_panel=SELECTION,
    ),
]
Jobs = Annotated[
    int | None, Option("--jobs", metavar="N", min=1, max=64, help="Files at a time.", rich_help_panel=LIMITS)
]
Bandwidth = Annotated[
    str | None, Option("--bwlimit", metavar="RATE", help="Bytes a second for all: 5M, 500k.", rich_help_panel=LIMITS)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralOptions:
    """The options of every command, before or after its name."""

    heading: ClassVar = GENERAL

    config: Annotated[
        Path | None, Option("--config", metavar="FILE", parser=_path, help="The configuration to use.")
    ] = None
    library: Annotated[
        Path | None, Option("--library", metavar="FOLDER", parser=_path, help="Where the photos go.")
    ] = None
    json: Annotated[bool, Option("--json", help="Results as JSON, one object a line.")] = False
    verbose: Annotated[int, Option("-v", "--verbose", count=True, help="Say more; -vv says everything.")] = 0
    quiet: Annotated[bool, Option("-q", "--quiet", help="Say nothing when all is well.")] = False
    log_file: Annotated[
        Path | None, Option("--log-file", metavar="FILE", parser=_path, help="Write the log there.")
    ] = None
    no_color: Annotated[bool, Option("--no-color", help="No colours; NO_COLOR does the same.")] = False

    def added_to(self, earlier: GeneralOptions | None) -> GeneralOptions:
        """These options, and the `earlier` ones where these have their default."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        changed = {each.name: given[each.name] for each in fields(self) if given[each.name] != each.default}
        return replace(earlier or GeneralOptions(), **changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFilterOptions(AskedSelection):
    """The options that select items by what the catalog knows of them."""

    heading: ClassVar = SELECTION

    years: Annotated[list[int] | None, Option("--year", metavar="N", help="Taken in this year; repeatable.")] = None
    months: Annotated[list[int] | None, Option("--month", metavar="N", help="Taken in this month; repeatable.")] = None
    since: Annotated[
        str | None, Option("--since", metavar="DATE", help="Taken then or later: 2023, 2023-07, 2023-07-15 or 30d.")
    ] = None
    until: Annotated[str | None, Option("--until", metavar="DATE", help="Taken then or before.")] = None
    albums: Annotated[
        list[str] | None, Option("--album", metavar="NAME", help="In this album or folder; repeatable.")
    ] = None
    kind: Annotated[str | None, Option("--kind", metavar="photo|video", help="Only photos, or only videos.")] = None
    favorites: Annotated[bool, Option("--favorites", help="Only favourites.")] = False
    hidden: Annotated[bool, Option("--hidden", help="Only hidden items.")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterOptions(RecordedFilterOptions):
    """The options that select items."""

    query: Query = None
    context: Annotated[
        str | None, Option("--context", metavar="WORD", help="Whose items: customer, all, family, groups or unknown.")
    ] = None
    sort: Annotated[
        str | None, Option("--sort", metavar="FIELD", help="For list: taken, added or name; 'name desc'.")
    ] = None
    offset: Annotated[
        int | None, Option("--offset", metavar="N", min=0, max=_MOST, help="For list: leave out the first N.")
    ] = None
    recent: Annotated[
        int | None, Option("--recent", metavar="N", min=1, max=_MOST, help="Only the N that came last.")
    ] = None
    limit: Annotated[
        int | None, Option("--limit", metavar="N", min=1, max=_MOST, help="At most N of those that match.")
    ] = None
    all_files: AllFiles = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionOptions(FilterOptions):
    """The same, and a collection that is named without an option, and single items."""

    collection: Annotated[
        str | None, Argument(metavar="COLLECTION", help="An album, frame or folder: its id, or a part of its name.")
    ] = None
    ids: ItemIds = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOptions:
    """The options of every command that asks before it changes something."""

    yes: Annotated[bool, Option("--yes", "-y", help="Do not ask first; needed where nobody is at the terminal.")] = (
        False
    )
    dry_run: Annotated[bool, Option("--dry-run", help="Say what would be done; change nothing.")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingOptions:
    """How `pull` and `pick` save files, and when they stop."""

    heading: ClassVar = LIMITS

    by_year: Annotated[bool, Option("--years", help="Short for --layout years.", rich_help_panel=PLACES)] = False
    layout: Annotated[
        str | None,
        Option(
            "--layout", metavar="TEXT", help="Where files go: a preset, or fields like {year}.", rich_help_panel=PLACES
        ),
    ] = None
    jobs: Jobs = None
    bwlimit: Bandwidth = None
    no_exif: Annotated[bool, Option("--no-exif", help="Leave the content of files alone.", rich_help_panel=PLACES)] = (
        False
    )
    limit_bytes: Annotated[
        str | None, Option("--limit-bytes", metavar="SIZE", help="End the run cleanly after so much: 10G.")
    ] = None
    limit_time: Annotated[
        str | None, Option("--limit-time", metavar="DURATION", help="End the run cleanly after this: 2h30m.")
    ] = None
    no_after: Annotated[
        bool,
        Option("--no-after", help="Leave out what 'after' in the configuration names.", rich_help_panel=OWN),
    ] = False


def parsed(parse: Callable[[str], Value], option: str, text: str | None) -> Value | None:
    """The value of an option; None where it was not given. Raises `UsageError`."""
    try:
        return parse(text) if text is not None else None
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error
