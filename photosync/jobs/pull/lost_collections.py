"""Whether a listing that lacks all collections, or most of them, is believed: not for a day.

It is a fault of the service more often than the wish of the user, and the folders of albums would go with them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from photosync import clock
from photosync.catalog import Catalog, Listing
from photosync.jobs.pull.coverage import is_suspicious

BELIEVED_AFTER = timedelta(days=1)
"""Since the first such listing, if all after it were like it."""
_SHRUNK = "shrunk"


def is_doubted(catalog: Catalog, *, account: str, run: int, kind: str, before: int, now: int) -> bool:
    """Whether the listing of `now` collections of a kind is not to be believed, where there were `before`."""
    key = (account, kind, _SHRUNK)
    first = catalog.listings.get(*key)
    if not is_suspicious(before=before, now=now):
        if first is not None:
            catalog.listings.forget(*key)
        return False
    if first is None:
        catalog.listings.set(*key, Listing(run, datetime.now(UTC), now, None))
        return True
    age = datetime.now(UTC) - first.completed_at
    # A clock that was ahead left a time in the future.
    return -clock.WRONG_BY <= age < BELIEVED_AFTER
