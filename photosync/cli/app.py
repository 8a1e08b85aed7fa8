"""The commands: their names, arguments and options. What they do is imported when they are called."""

# No `from __future__ import annotations` here: typer reads these annotations.

from pathlib import Path
from typing import Annotated

import typer

from photosync.cli.general import General, with_general

app = typer.Typer(
    name="photosync",
    help="Brings your photos and videos from several services to your own disk, safely.",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

AccountName = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's name in the configuration.")]
CollectionName = Annotated[
    str | None, typer.Argument(metavar="COLLECTION", help="An album, frame or folder: its id, or a part of its name.")
]
Years = Annotated[list[int] | None, typer.Option("--year", metavar="N", help="Taken in this year; repeatable.")]
Months = Annotated[list[int] | None, typer.Option("--month", metavar="N", help="Taken in this month; repeatable.")]
Since = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help="Taken then or later: 2023, 2023-07, 2023-07-15 or 30d.")
]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="Taken then or before.")]
Albums = Annotated[
    list[str] | None, typer.Option("--album", metavar="NAME", help="In this album or folder; repeatable.")
]
KindName = Annotated[str | None, typer.Option("--kind", metavar="photo|video", help="Only photos, or only videos.")]
Favorites = Annotated[bool, typer.Option("--favorites", help="Only favourites.")]
Query = Annotated[str | None, typer.Option("--query", metavar="TEXT", help="In the provider's own filter language.")]
AllFiles = Annotated[bool, typer.Option("--all-files", help="Also what is neither photo nor video.")]
Recent = Annotated[int | None, typer.Option("--recent", metavar="N", min=1, help="Only the N that came last.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Open no browser; show the address alone.")]
Port = Annotated[
    int | None,
    typer.Option("--port", metavar="N", min=1, max=65535, help="Where the sign-in page answers, for ssh -L."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")]
ByYear = Annotated[bool, typer.Option("--years", help="Short for --layout years.")]
LayoutText = Annotated[
    str | None, typer.Option("--layout", metavar="TEXT", help="Where files go: a preset, or fields like {year}.")
]
Jobs = Annotated[int | None, typer.Option("--jobs", metavar="N", min=1, max=64, help="Files at a time.")]
Rate = Annotated[str | None, typer.Option("--bwlimit", metavar="RATE", help="Bytes a second for all: 5M, 500k.")]
NoExif = Annotated[bool, typer.Option("--no-exif", help="Leave the content of files alone.")]
LimitBytes = Annotated[
    str | None, typer.Option("--limit-bytes", metavar="SIZE", help="End the run cleanly after so much: 10G.")
]
LimitTime = Annotated[
    str | None, typer.Option("--limit-time", metavar="DURATION", help="End the run cleanly after this: 2h30m.")
]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="At most N of those that match.")]


def _version(asked: bool) -> None:
    if asked:
        from photosync import __version__  # noqa: PLC0415

        typer.echo(f"photosync {__version__}")
        raise typer.Exit


@app.callback()
@with_general
def photosync(
    general: General,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Brings your photos and videos from several services to your own disk, safely."""


@app.command()
@with_general
def pull(
    general: General,
    account: Annotated[
        str | None, typer.Argument(metavar="ACCOUNT", help="The account's name; without it, every account.")
    ] = None,
    collection: CollectionName = None,
    years: Years = None,
    months: Months = None,
    since: Since = None,
    until: Until = None,
    albums: Albums = None,
    kind: KindName = None,
    favorites: Favorites = False,
    query: Query = None,
    recent: Recent = None,
    limit: Limit = None,
    all_files: AllFiles = False,
    count: Annotated[bool, typer.Option("--count", help="Print how many match, and stop.")] = False,
    dry_run: DryRun = False,
    full: Annotated[bool, typer.Option("--full", help="List everything, not just up to what is known.")] = False,
    by_year: ByYear = False,
    layout: LayoutText = None,
    jobs: Jobs = None,
    bwlimit: Rate = None,
    no_exif: NoExif = False,
    limit_bytes: LimitBytes = None,
    limit_time: LimitTime = None,
    accept_shrink: Annotated[
        bool, typer.Option("--accept-shrink", help="Believe a listing that lost much; files stay all the same.")
    ] = False,
) -> None:
    """Bring what is new to the library."""
    from photosync.cli.commands import pull as pulling  # noqa: PLC0415
    from photosync.cli.options import Wish  # noqa: PLC0415

    wish = Wish(years, months, since, until, albums, kind, favorites, query, recent, limit, collection, all_files)
    request = pulling.Request(
        account,
        wish,
        full=full,
        dry_run=dry_run,
        accept_shrink=accept_shrink,
        layout="years" if by_year else layout,
        jobs=jobs,
        bwlimit=bwlimit,
        no_exif=no_exif,
        limit_bytes=limit_bytes,
        limit_time=limit_time,
    )
    pulling.count(general, request) if count else pulling.pull(general, request)


@app.command()
@with_general
def pick(
    general: General,
    account: AccountName,
    most: Annotated[int | None, typer.Option("--max", metavar="N", min=1, help="Let at most N be picked.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Only go on with what was picked earlier; never wait for a person.")
    ] = False,
    timeout: Annotated[
        str | None, typer.Option("--timeout", metavar="DURATION", help="Wait no longer for the person: 10m.")
    ] = None,
    no_browser: NoBrowser = False,
    port: Port = None,
    keep_session: Annotated[
        bool, typer.Option("--keep-session", help="Leave the picking session open when all is brought.")
    ] = False,
    dry_run: DryRun = False,
    full: Annotated[bool, typer.Option("--full", hidden=True, help="A pick is always listed to its end.")] = False,
    by_year: ByYear = False,
    layout: LayoutText = None,
    jobs: Jobs = None,
    bwlimit: Rate = None,
    no_exif: NoExif = False,
    limit_bytes: LimitBytes = None,
    limit_time: LimitTime = None,
) -> None:
    """Choose photos in a browser, and bring them to the library."""
    from photosync.cli.commands import pick as picking  # noqa: PLC0415
    from photosync.cli.commands import pull as pulling  # noqa: PLC0415
    from photosync.cli.options import Wish  # noqa: PLC0415

    request = pulling.Request(
        account,
        Wish(),
        full=full,
        dry_run=dry_run,
        layout="years" if by_year else layout,
        jobs=jobs,
        bwlimit=bwlimit,
        no_exif=no_exif,
        limit_bytes=limit_bytes,
        limit_time=limit_time,
    )
    picking.pick(
        general, picking.PickRequest(request, most, resume, timeout, keep_session, browser=not no_browser, port=port)
    )


@app.command()
@with_general
def push(
    general: General,
    account: AccountName,
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Files or folders. (Aura: first the frame, then these.)")
    ],
    to: Annotated[
        str | None, typer.Option("--to", metavar="COLLECTION", help="The album, frame or folder that they go to.")
    ] = None,
    dry_run: DryRun = False,
    on_conflict: Annotated[
        str | None,
        typer.Option(
            "--on-conflict",
            metavar="rename|skip|fail",
            help="When another file has the name there: go up under another one (that is usual), stay here, or fail.",
        ),
    ] = None,
    all_files: AllFiles = False,
    resize: Annotated[
        bool, typer.Option("--resize", help="Send a reduced copy of what is too large; the file stays as it is.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Ask the service about every file, also those that went up before.")
    ] = False,
    jobs: Jobs = None,
    bwlimit: Rate = None,
) -> None:
    """Upload files and folders; what the service has already stays here."""
    from photosync.cli.commands import push as pushing  # noqa: PLC0415

    pushing.push(
        general,
        pushing.PushRequest(account, paths, to, on_conflict, all_files, resize, full, dry_run, jobs, bwlimit),
    )


@app.command()
@with_general
def login(
    general: General,
    account: AccountName,
    upload: Annotated[bool, typer.Option("--upload", help="Permit uploads as well.")] = False,
    no_browser: NoBrowser = False,
    port: Port = None,
) -> None:
    """Sign in to an account, where that can be done from here."""
    from photosync.cli.commands import login as signing  # noqa: PLC0415

    signing.login(general, account, signing.Terminal(browser=not no_browser, port=port), upload=upload)


@app.command()
@with_general
def logout(general: General, account: AccountName) -> None:
    """Sign out of an account, and delete its token."""
    from photosync.cli.commands import login as signing  # noqa: PLC0415

    signing.logout(general, account)


@app.command("list")
@with_general
def list_(
    general: General,
    account: AccountName,
    collection: CollectionName = None,
    years: Years = None,
    months: Months = None,
    since: Since = None,
    until: Until = None,
    albums: Albums = None,
    kind: KindName = None,
    favorites: Favorites = False,
    query: Query = None,
    recent: Recent = None,
    limit: Limit = None,
    all_files: AllFiles = False,
    saved: Annotated[bool, typer.Option("--saved", help="What the library has, without asking the provider.")] = False,
) -> None:
    """Show what the provider has."""
    from photosync.cli.commands.list import list_items  # noqa: PLC0415
    from photosync.cli.options import Wish  # noqa: PLC0415

    wish = Wish(years, months, since, until, albums, kind, favorites, query, recent, limit, collection, all_files)
    list_items(general, account, wish, saved)


@app.command()
@with_general
def collections(general: General, account: AccountName) -> None:
    """Show an account's albums, frames or folders."""
    from photosync.cli.commands.collections import list_collections  # noqa: PLC0415

    list_collections(general, account)


@app.command()
@with_general
def usage(general: General, account: AccountName) -> None:
    """Show how much storage an account uses."""
    from photosync.cli.commands.usage import show_usage  # noqa: PLC0415

    show_usage(general, account)


@app.command()
@with_general
def fix(
    general: General,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files or folders.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and why; write nothing.")] = False,
    sidecar: Annotated[bool, typer.Option("--sidecar", help="Write sidecars alone; leave files as they are.")] = False,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting for this run; repeatable.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Give the original bytes back.")] = False,
) -> None:
    """Fill in what photos lack: capture dates, offsets, names; or take it back."""
    from photosync.cli.commands import fix as fixing  # noqa: PLC0415

    fixing.fix(general, fixing.FixRequest(paths, dry_run, sidecar, undo, sets or []))


@app.command()
@with_general
def why(
    general: General,
    target: Annotated[str, typer.Argument(metavar="PATH|ID", help="A file, or an item's id.")],
) -> None:
    """Tell where a file came from, which dates it had to choose from, and why one won."""
    from photosync.cli.commands import why as asking  # noqa: PLC0415

    asking.why(general, target)


@app.command()
@with_general
def status(general: General) -> None:
    """Show each account: last run, items, failures, sign-in."""
    from photosync.cli.commands.status import show_status  # noqa: PLC0415

    show_status(general)


@app.command()
@with_general
def providers(general: General) -> None:
    """Show the installed providers and what they can do."""
    from photosync.cli.commands.providers import list_providers  # noqa: PLC0415

    list_providers(general)


@app.command()
@with_general
def demo(
    general: General,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another seed makes other pictures.")] = 2023,
) -> None:
    """Try everything on simulated services, without an account or a network."""
    from photosync.cli.commands import demo as demonstration  # noqa: PLC0415

    demonstration.demo(general, seed)
