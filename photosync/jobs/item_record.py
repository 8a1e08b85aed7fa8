"""One item as a row: what `list --json` prints and `export` writes, with a fixed name for each value."""

from __future__ import annotations

from typing import NamedTuple, Self

from photosync.jobs.list import ListedItem

_ALWAYS = 13
"""The first values are in each object that `list --json` prints."""
_WHERE_KNOWN = 10
"""The next ones are in those where they are known; the others are in an export alone."""


class ItemRecord(NamedTuple):
    """An item: its description at the service, its state, its file. Values that are not known are None, or empty."""

    account: str
    id: str
    name: str
    kind: str
    """photo, video or other."""
    taken: str | None
    """The capture time on the camera's clock, as `2019-07-06T18:22:00`."""
    size: int | None
    """Bytes."""
    md5: str | None
    width: int | None
    height: int | None
    favorite: bool | None
    collections: tuple[str, ...]
    """The names of the albums, frames or folders."""
    state: str
    """new, saved, changed, gone, failed, pushed or offsite."""
    path: str | None
    """Of the file: relative to the library, or absolute outside it."""

    taken_utc: str | None
    """The capture time as an instant, `2019-07-06T16:22:00Z`, where it is known."""
    gps: tuple[float, float] | None
    """Latitude and longitude, degrees, north and east positive."""
    people: tuple[str, ...]
    description: str | None
    labels: tuple[str, ...]
    hidden: bool | None
    pair: str | None
    """The id of a live photo's other half."""
    proof: str | None
    """How it is known that the file is what the service has: hash, size, decoded, own or reencoded."""
    reason: str | None
    """Why the last download failed: a word of `errors.Reason`."""
    tries: int | None
    """How many runs in a row failed for this reason."""

    error: str | None
    """The reason in a sentence."""
    failed_since: str | None
    saved_at: str | None
    """When the file was saved, ISO 8601, UTC."""
    stored_size: int | None
    """The file's bytes; they differ from the delivered ones if its metadata was fixed."""
    sha256: str | None
    """The file's own."""
    delivered_size: int | None
    delivered_md5: str | None
    delivered_sha256: str | None
    added: str | None
    """When the item arrived at the service, ISO 8601."""
    folder: str | None
    """The item's folder at the service."""
    revision: str | None

    @classmethod
    def of(cls, account: str, row: ListedItem) -> Self:
        """The record of an item in a listing."""
        item, entry = row.item, row.entry
        utc = item.taken.utc if item.taken else None
        reason, proof = (entry.reason, entry.proved) if entry else (None, None)
        return cls(
            account=account,
            id=item.id,
            name=item.name,
            kind=item.kind.value,
            taken=item.taken.isoformat() if item.taken else None,
            size=item.size_bytes,
            md5=item.md5 or item.md5_hint,
            width=item.width,
            height=item.height,
            favorite=item.favorite,
            collections=tuple(row.collections),
            state=row.state.value,
            path=row.path,
            taken_utc=utc.strftime("%Y-%m-%dT%H:%M:%SZ") if utc else None,
            gps=(item.gps.latitude, item.gps.longitude) if item.gps and item.gps.is_real else None,
            people=tuple(row.people),
            description=item.description,
            labels=tuple(item.labels),
            hidden=item.hidden,
            pair=row.pair,
            proof=proof.value if proof else None,
            reason=reason,
            tries=entry.tries if entry and reason else None,
            error=entry.error if entry else None,
            failed_since=entry.failed_since if entry else None,
            saved_at=entry.saved_at if entry else None,
            stored_size=entry.stored_size if entry else None,
            sha256=entry.stored_sha256 if entry else None,
            delivered_size=entry.delivered_size if entry else None,
            delivered_md5=entry.delivered_md5 if entry else None,
            delivered_sha256=entry.delivered_sha256 if entry else None,
            added=item.added.isoformat() if item.added else None,
            folder=item.folder,
            revision=item.revision,
        )

    def as_json(self) -> dict[str, object]:
        """The object of the command line's contract."""
        known = {name: getattr(self, name) for name in COLUMNS[:_ALWAYS]}
        more = {name: getattr(self, name) for name in COLUMNS[_ALWAYS : _ALWAYS + _WHERE_KNOWN]}
        return known | {name: value for name, value in more.items() if value}


COLUMNS = ItemRecord._fields
"""The names of all values, in their order."""
