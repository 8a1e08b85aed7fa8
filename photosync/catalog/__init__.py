"""What is saved, and how we know it: SQLite, one writer, a schema with a version."""

from photosync.catalog.database import Catalog, Known, Listing, Run, Saved, Summary
from photosync.catalog.fixes import Sidecar, Story
from photosync.catalog.pushes import Match, Pushed, Pushes, Record
from photosync.catalog.schema import SCHEMA_VERSION

__all__ = [
    "SCHEMA_VERSION",
    "Catalog",
    "Known",
    "Listing",
    "Match",
    "Pushed",
    "Pushes",
    "Record",
    "Run",
    "Saved",
    "Sidecar",
    "Story",
    "Summary",
]
