"""The options of a push: what a user asks for, checked against what the account's service can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from photosync.errors import UsageError
from photosync.user_folders import expanded

if TYPE_CHECKING:
    from photosync.config import AccountConfig
    from photosync.jobs.account import Account
    from photosync.jobs.push.push import PushOptions
    from photosync.jobs.report import Summary
    from photosync.library import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPush:
    """What a user asks a push to do; the command line has the documentation of each value."""

    paths: Sequence[str | Path]
    to: str | None = None
    on_conflict: str | None = None
    all_files: bool = False
    exclude: Sequence[str] | None = None
    include_hidden: bool = False
    resize: bool = False
    full: bool = False
    dry_run: bool = False


def push_options(config: AccountConfig, asked: AskedPush) -> PushOptions:
    """What a push to the account is to do. Raises `UsageError` for what the account cannot do; nothing is ignored."""
    from photosync.jobs.push.push import PushOptions
    from photosync.jobs.push.send import OnConflict

    title, facts = config.provider.facts.title, config.provider.facts.upload
    if facts is None:
        raise UsageError(f"account '{config.name}': nothing can be uploaded to {title}")
    if asked.resize and not facts.resizes:
        raise UsageError(f"--resize: {title} takes files as they are, so nothing would be reduced. Leave it out.")
    if asked.on_conflict is not None and not facts.names_conflict:
        raise UsageError(f"--on-conflict: names cannot conflict at {title}. Leave it out.")
    if asked.on_conflict not in (None, *OnConflict):
        raise UsageError(f"--on-conflict: '{asked.on_conflict}' is none of {', '.join(OnConflict)}")
    to, paths = asked.to, asked.paths
    if to is not None and not to.strip():
        raise UsageError("--to is empty. Name an album, or a folder as in /Holiday/2023")
    if to is None and facts.needs_collection:
        to, paths = _collection_first(config, paths)
    return PushOptions(
        paths=tuple(expanded(path) for path in paths),
        collection=to,
        on_conflict=OnConflict(asked.on_conflict or OnConflict.RENAME),
        all_files=asked.all_files,
        exclude=tuple(asked.exclude or ()),
        include_hidden=asked.include_hidden,
        resize=asked.resize,
        full=asked.full,
        dry_run=asked.dry_run,
    )


def check_destination(account: Account, library: Library, options: PushOptions) -> None:
    """Find a mistake in `--to` before a library is made, where there is none. Raises `UsageError`."""
    from photosync.provider import SupportsUpload, UploadRequest

    if options.collection is not None and isinstance(account.provider, SupportsUpload) and not library.exists:
        account.provider.uploader(UploadRequest(options.collection, resize=options.resize, dry_run=True))


def _collection_first(config: AccountConfig, paths: Sequence[str | Path]) -> tuple[str, Sequence[str | Path]]:
    """The collection that the first argument names, and the paths after it."""
    facts, (first, *rest) = config.provider.facts, paths
    if not rest:
        word = facts.collection_word
        raise UsageError(
            f"{facts.title} wants to know to which {word}: photosync push {config.name} {word.upper()} {first}"
        )
    return str(first), rest


def push_stream(
    content: BinaryIO,
    name: str,
    options: PushOptions,
    push: Callable[[PushOptions], Summary],
    note: Callable[[str], object],
) -> Summary:
    """Push what a stream has, as a file called `name`. It cannot be read again, so it is kept until it is there.

    `note` gets where it is kept if it is not.
    """
    from photosync.jobs.push import stream

    is_done = options.dry_run
    with stream.stored(content, name, is_pushed=not is_done) as stored:
        try:
            summary = push(replace(options, paths=(stored.path,)))
            is_done = is_done or summary.saved + summary.unchanged > 0
        finally:
            if not is_done:
                note(f"what came from standard input is kept in {stored.keep()}; push that, and delete it")
    return summary
