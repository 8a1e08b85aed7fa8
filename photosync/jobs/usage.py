"""The storage that an account uses at its service."""

from __future__ import annotations

from collections.abc import Sequence

from photosync.errors import UsageError
from photosync.jobs.account import Account
from photosync.model import Usage
from photosync.provider import HasUsage


def usage_of(account: Account) -> Sequence[Usage]:
    """One `Usage` per type of content. Raises `UsageError` if the service does not give it."""
    provider = account.provider
    if not isinstance(provider, HasUsage):
        raise UsageError(f"account '{account.name}': {provider.facts.title} does not tell how much storage is used")
    return provider.usage()


def usage_json(account: str, usage: Usage) -> dict[str, object]:
    """The object of the command line's contract."""
    return {
        "account": account,
        "type": usage.type,
        "bytes": usage.size_bytes,
        "count": usage.count,
        "billable_bytes": usage.billable_bytes,
        "billable_count": usage.billable_count,
    }
