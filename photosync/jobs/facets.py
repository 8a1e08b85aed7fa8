"""The values by which a service's search can select."""

from __future__ import annotations

from collections.abc import Iterator

from photosync.errors import UsageError
from photosync.jobs.account import Account
from photosync.model import Facet
from photosync.provider import HasFacets
from photosync.suggestions import did_you_mean


def facets_of(account: Account, category: str | None = None) -> Iterator[Facet]:
    """The values of a category, or of all. Raises `UsageError` for a service or a category that there is not."""
    provider = account.provider
    if not isinstance(provider, HasFacets):
        raise UsageError(
            f"account '{account.name}': {provider.facts.title} has no search with places, things and such. "
            "What each service can do: photosync providers"
        )
    categories = provider.facet_categories
    if category is not None and category not in categories:
        raise UsageError(
            f"there is no category '{category}'; the categories are {', '.join(categories)}"
            f"{did_you_mean(category, categories)}"
        )
    for each in categories if category is None else (category,):
        yield from provider.facets(each)


def facet_json(account: str, facet: Facet) -> dict[str, object]:
    """The object of the command line's contract."""
    return {
        "account": account,
        "category": facet.category,
        "value": facet.value,
        "name": facet.name,
        "count": facet.count,
        "query": facet.query,
    }
