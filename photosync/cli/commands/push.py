"""`push`: a user's files, or a stream, go up to one account."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from photosync.api.push import AskedPush, check_destination, push_options, push_stream
from photosync.cli.command import command
from photosync.cli.library_run import LibraryRun
from photosync.cli.options import (
    AccountName,
    AllFiles,
    Bandwidth,
    DryRun,
    Exclude,
    GeneralOptions,
    IncludeHidden,
    Jobs,
)
from photosync.cli.output import print_message
from photosync.cli.terminal import Terminal
from photosync.errors import Exit, UsageError
from photosync.jobs.report import Summary

if TYPE_CHECKING:
    from photosync.config import AccountConfig
    from photosync.jobs.push.push import PushOptions

_STREAM = "-"


@command
def push(
    *,
    account: AccountName,
    paths: Annotated[
        list[str], Argument(metavar="PATH", help="Files or folders; - is standard input. (Aura: first the frame.)")
    ],
    to: Annotated[
        str | None, Option("--to", metavar="COLLECTION", help="The album, frame or folder that they go to.")
    ] = None,
    name: Annotated[
        str | None, Option("--name", metavar="NAME", help="The name of what comes from standard input.")
    ] = None,
    dry_run: DryRun = False,
    on_conflict: Annotated[
        str | None,
        Option(
            "--on-conflict",
            metavar="rename|skip|fail",
            help="When another file has the name there: go up under another one (that is usual), stay here, or fail.",
        ),
    ] = None,
    all_files: AllFiles = False,
    exclude: Exclude = None,
    include_hidden: IncludeHidden = False,
    resize: Annotated[
        bool, Option("--resize", help="Send a reduced copy of what is too large; the file stays as it is.")
    ] = False,
    full: Annotated[
        bool, Option("--full", help="Ask the service about every file, also those that went up before.")
    ] = False,
    jobs: Jobs = None,
    bwlimit: Bandwidth = None,
    general: GeneralOptions,
) -> Exit:
    """Upload files and folders; what the service has already stays here."""
    run = LibraryRun(general, "push", dry_run=dry_run, jobs=jobs, bwlimit=bwlimit)
    config = run.config.account(account)
    asked = AskedPush(
        paths=paths,
        to=to,
        on_conflict=on_conflict,
        all_files=all_files,
        exclude=exclude,
        include_hidden=include_hidden,
        resize=resize,
        full=full,
        dry_run=dry_run,
    )
    options = push_options(config, asked)
    stream = _name_of_stream(paths, len(options.paths), name)
    if stream is not None:
        return run.finish(config.name, partial(_push_stream, run, config, options, stream))
    return run.finish(config.name, partial(_push, run, config, options))


def _name_of_stream(paths: list[str], count: int, name: str | None) -> str | None:
    """The name for the content of standard input; None if that is not pushed. Raises `UsageError`.

    `count`: of the files to push; at some services the first of `paths` is the collection.
    """
    from photosync.jobs.push.stream import check_name

    if _STREAM not in paths:
        if name is not None:
            raise UsageError("--name: files keep their names; only what comes from standard input (-) needs one")
        return None
    if count > 1:
        raise UsageError("'-' is standard input, which is pushed alone: name the other files in a push of their own")
    if name is None:
        raise UsageError("'-' is standard input, which has no name: give it one with --name IMG_0042.JPG")
    check_name(name)
    if sys.stdin.isatty():
        raise UsageError("'-' is standard input, and that is a terminal: send the content of a file or program to it")
    return name


def _push_stream(run: LibraryRun, config: AccountConfig, options: PushOptions, name: str) -> Summary:
    def note(text: str) -> None:
        print_message(f"{config.name}: {text}")

    return push_stream(sys.stdin.buffer, name, options, partial(_push, run, config), note)


def _push(run: LibraryRun, config: AccountConfig, options: PushOptions) -> Summary:
    """Push; once more where the permission has ended meanwhile (Google's can last seven days) and a person is there.

    What is to be pushed is checked before a library is made for it.
    """
    from photosync.jobs.push.walk import check_paths

    check_paths(options.paths)
    terminal = Terminal(quiet=run.general.quiet)
    may_ask = terminal.can_answer and not options.dry_run
    summary, permission_ended = _attempt(run, config, options, terminal if may_ask else None)
    if permission_ended and may_ask:
        terminal.show(summary.message or "")
        summary, _ = _attempt(run, config, options, terminal)
    return summary


def _attempt(
    run: LibraryRun, config: AccountConfig, options: PushOptions, terminal: Terminal | None
) -> tuple[Summary, bool]:
    """The summary, and whether the push ended because a new permission to upload is needed."""
    from photosync.jobs.push.push import Push
    from photosync.provider import HasUploadPermission

    with run.open_account(config) as account:
        provider = account.provider if isinstance(account.provider, HasUploadPermission) else None
        if terminal and provider and provider.needs_upload_permission():
            terminal.show(provider.permit_upload(terminal))
        library = run.library()
        check_destination(account, library, options)
        with (
            run.interruption.watch(account.cancel),
            run.open_catalog(library) as catalog,
            run.show_progress(config) as reporter,
        ):
            summary = Push(account, catalog, options, reporter).run()
        return summary, summary.exit is Exit.AUTH and provider is not None and provider.needs_upload_permission()
