"""Facts about a service, so that the core checks facts and never the service's name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UploadFacts:
    """Facts about uploads, for services that accept them."""

    workers: int = 4
    """Parallel uploads that the service is known to accept, for `jobs: auto`."""
    needs_collection: bool = False
    """Files are put into a collection that the user must name: `push ACCOUNT COLLECTION PATH…`."""
    names_conflict: bool = False
    """A folder cannot have two files of one name, so that `--on-conflict` has a meaning."""
    resizes: bool = False
    """A file that is too large can be sent as a reduced copy: `--resize`."""


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """Facts that the core needs about a service."""

    title: str
    """The service's name for its users."""
    selects: frozenset[str]
    """The fields of `Selection` that `list` understands: those that the service filters, and those that the core can
    filter because items have the necessary data."""
    newest_first: bool = False
    """Listings come in the order in which items were added, the newest first, so that an incremental one may stop at
    the first page without new items."""
    marks: bool = False
    """Listings have marks: the next one can begin where the last ended, and shows all collections of its items."""
    workers: int = 8
    """The parallel downloads that a run with `jobs: auto` starts with: a number that the service is known to accept."""
    most_workers: int | None = None
    """How many they may become, as long as more of them bring more and the service refuses none; None: no more."""
    layout: str = "{year}/{month}/{name}"
    """The default of the option `layout`."""
    provider_dates: bool = False
    """Folders are named after the service's capture time, not that in the file."""
    collection_word: str = "album"
    has_names: bool = True
    """Items have names of their own at the service; else the provider makes them up."""
    content_names: bool = False
    """The service changes formats and keeps names (`.HEIC` for a JPEG): the content decides the extension."""
    needs_picking: bool = False
    """The user must pick in a browser: `pull` cannot list anything."""
    upload: UploadFacts | None = None
    """None: nothing can be uploaded. Else the provider implements `SupportsUpload`."""
