"""What `duplicates` and `coverage` say, as JSON: the contents that several items have, or one account alone."""

from __future__ import annotations

from collections.abc import Sequence

from photosync.catalog import AccountCoverage, ItemsInCopies, SavedItem


def duplicate_json(items: Sequence[SavedItem]) -> dict[str, object]:
    """One content, and the items that have it."""
    return {
        "sha256": items[0].sha256,
        "size": items[0].size_bytes,
        "accounts": sorted({each.account for each in items}),
        "items": [
            {"account": each.account, "id": each.id, "path": str(each.location), **_offsite(each)} for each in items
        ],
    }


def only_json(item: SavedItem) -> dict[str, object]:
    """An item whose content only its account has."""
    return {
        "account": item.account,
        "id": item.id,
        "path": str(item.location),
        "size": item.size_bytes,
        "sha256": item.sha256,
        **_offsite(item),
    }


def _offsite(item: SavedItem) -> dict[str, object]:
    return {"offsite": True} if item.is_offsite else {}


def coverage_json(coverage: AccountCoverage, copies: ItemsInCopies | None) -> dict[str, object]:
    """The summary of an account. `copies`: None where none are configured."""
    return {
        "command": "coverage",
        "account": coverage.account,
        "items": coverage.items,
        "only_here": coverage.only_here,
        "bytes": coverage.only_here_bytes,
        **(_copies_json(copies) if copies else {}),
        "exit": 0,
    }


def _copies_json(copies: ItemsInCopies) -> dict[str, object]:
    return {
        "in_copies": {str(number): count for number, count in enumerate(copies.in_copies)},
        "in_verified_copies": {str(number): count for number, count in enumerate(copies.in_verified_copies)},
    }
