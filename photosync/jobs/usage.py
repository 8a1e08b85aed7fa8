"""The storage that an account uses at its service."""

from __future__ import annotations

from collections.abc import Sequence

from photosync.errors import UsageError
from photosync.jobs.account import Account
from photosync.model import Quota, Usage
from photosync.provider import HasQuota, HasUsage


def usage_of(account: Account) -> Sequence[Usage]:
    """One `Usage` per type of content. Raises `UsageError` if the service does not give it."""
    provider = account.provider
    if not isinstance(provider, HasUsage):
        raise UsageError(
            f"account '{account.name}': {provider.facts.title} does not tell how much storage is used. "
            "What each service can do: photosync providers"
        )
    return provider.usage()


def quota_of(account: Account) -> Quota | None:
    """How much the account may store; None where the service does not tell."""
    return account.provider.quota() if isinstance(account.provider, HasQuota) else None


def quota_json(account: str, quota: Quota) -> dict[str, object]:
    """The object of the command line's contract."""
    return {"account": account, "quota_bytes": quota.size_bytes, "available_bytes": quota.available_bytes}


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
