"""What an account can do with its files and folders: `UsageError` for a service that cannot, and nothing is sent."""

from __future__ import annotations

from photosync.errors import UsageError
from photosync.jobs.account import Account
from photosync.provider import (
    DescribesFiles,
    FinishesUploads,
    HasProperties,
    HasRemoteFiles,
    MovesFiles,
    RemoteFiles,
    ReplacesContents,
)


def remote_files_of(account: Account) -> RemoteFiles:
    """The account's files and folders."""
    provider = account.provider
    if not isinstance(provider, HasRemoteFiles):
        raise _unable(account, "has no files and folders that photosync can change")
    return provider.remote_files()


def movable_files_of(account: Account) -> MovesFiles:
    """The same, to be moved."""
    files = remote_files_of(account)
    if not isinstance(files, MovesFiles):
        raise _unable(account, "has no call by which photosync could move files and folders")
    return files


def describable_files_of(account: Account) -> DescribesFiles:
    """The same, for labels and descriptions."""
    files = remote_files_of(account)
    if not isinstance(files, DescribesFiles):
        raise _unable(account, "has no call by which photosync could write labels and descriptions")
    return files


def replaceable_files_of(account: Account) -> ReplacesContents:
    """The same, to replace their contents."""
    files = remote_files_of(account)
    if not isinstance(files, ReplacesContents):
        raise _unable(account, "has no call by which photosync could replace the content of a file")
    return files


def unfinished_files_of(account: Account) -> FinishesUploads:
    """The same, to make unfinished ones available."""
    files = remote_files_of(account)
    if not isinstance(files, FinishesUploads):
        raise _unable(account, "has no unfinished files that photosync could make available")
    return files


def files_with_properties_of(account: Account) -> HasProperties:
    """The same, with properties."""
    files = remote_files_of(account)
    if not isinstance(files, HasProperties):
        raise _unable(account, "keeps no properties with files")
    return files


def _unable(account: Account, why: str) -> UsageError:
    return UsageError(f"account '{account.name}': {account.provider.facts.title} {why}")
