"""What the catalog knows about items, as sidecars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from photosync import metadata
from photosync.catalog import Catalog
from photosync.model import Item


def facts_of(
    catalog: Catalog, account: str, items: Sequence[Item], settings: metadata.Settings
) -> Mapping[str, bytes | None]:
    """A sidecar for each item, by its id; None where nothing is known, or nothing of it is wanted."""
    ids = [item.id for item in items]
    if settings.sidecar is not metadata.SidecarContent.METADATA:
        return dict.fromkeys(ids)
    people = catalog.collections.of_items(account, ids, people=True)
    return {
        item.id: metadata.facts_sidecar(
            metadata.ItemFacts(
                title=item.name if settings.has_titles else "",
                description=item.description or "",
                people=tuple(person.name for person in people.get(item.id, ())),
                keywords=item.labels,
                is_favorite=item.favorite is True,
            )
        )
        for item in items
    }
