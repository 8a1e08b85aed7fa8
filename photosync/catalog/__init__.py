"""What is saved, and how we know it: SQLite, one writer, a schema with a version."""

from photosync.catalog.database import AccountTotals, Catalog, Known, Listing, RunRecord, Saved
from photosync.catalog.fixes import Sidecar, Story
from photosync.catalog.pushes import Match, Pushed, Pushes, Record
from photosync.catalog.schema import SCHEMA_VERSION

__all__ = [
    "SCHEMA_VERSION",
    "AccountTotals",
    "Catalog",
    "Known",
    "Listing",
    "Match",
    "Pushed",
    "Pushes",
    "Record",
    "RunRecord",
    "Saved",
    "Sidecar",
    "Story",
]
