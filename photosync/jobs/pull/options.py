"""The options of a pull."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from photosync import metadata
from photosync.jobs.albums.folders import WantedFolders
from photosync.library import Layout
from photosync.model import Collection, Selection


@dataclass(frozen=True, slots=True)
class PullOptions:
    """What a user wants of a pull."""

    layout: Layout
    metadata: metadata.Settings
    selection: Selection = field(default_factory=Selection)
    collections: tuple[Collection, ...] = ()
    """Only these; empty: the whole account."""
    full: bool = False
    dry_run: bool = False
    accept_shrink: bool = False
    albums: WantedFolders | None = None
    """Whether albums have folders; None: they stay as they are."""
    people_items: bool = False
    """Read on which items people are seen, not just their names: a request or more for each person who changed."""
    adopt_only: bool = False
    """Download nothing: only find the items' files that the catalog does not know."""
    limit_bytes: int | None = None
    limit_time: timedelta | None = None
