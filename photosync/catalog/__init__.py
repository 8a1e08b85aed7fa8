"""The record of saved items and pushed files: SQLite, one writer, a schema with a version."""

from photosync.catalog.album_files import AlbumFile, AlbumFileForm
from photosync.catalog.changes import ChangeRecord
from photosync.catalog.checks import Area, RecordedFile, UnknownFile
from photosync.catalog.collections import Member, RecordedCollection
from photosync.catalog.connection import DamagedCatalogError, unusable
from photosync.catalog.contents import AccountCoverage, SavedItem
from photosync.catalog.database import Catalog, SavedFile
from photosync.catalog.entry import CatalogEntry
from photosync.catalog.fixes import Sidecar
from photosync.catalog.in_copies import CopyComparison, ItemsInCopies
from photosync.catalog.listings import Listing
from photosync.catalog.made_files import MadeFile
from photosync.catalog.offsite import OffsiteFile
from photosync.catalog.pushes import Match, PushedFile, Pushes, PushRecord
from photosync.catalog.repairs import RepairRecord
from photosync.catalog.schema import SCHEMA_VERSION
from photosync.catalog.snapshot import Snapshot
from photosync.catalog.totals import AccountTotals

__all__ = [
    "SCHEMA_VERSION",
    "AccountCoverage",
    "AccountTotals",
    "AlbumFile",
    "AlbumFileForm",
    "Area",
    "Catalog",
    "CatalogEntry",
    "ChangeRecord",
    "CopyComparison",
    "DamagedCatalogError",
    "ItemsInCopies",
    "Listing",
    "MadeFile",
    "Match",
    "Member",
    "OffsiteFile",
    "PushRecord",
    "PushedFile",
    "Pushes",
    "RecordedCollection",
    "RecordedFile",
    "RepairRecord",
    "SavedFile",
    "SavedItem",
    "Sidecar",
    "Snapshot",
    "UnknownFile",
    "unusable",
]
