"""Facts about a service, so that the core asks for facts and never for names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UploadFacts:
    """Facts about uploads, for services that take any."""

    workers: int = 4
    """Parallel uploads that the service is known to accept, for `jobs: auto`."""
    needs_collection: bool = False
    """Files go into a collection that the user has to name: `push ACCOUNT COLLECTION PATH…`."""
    names_conflict: bool = False
    """Two files of one name cannot be in one folder, so that `--on-conflict` has a meaning."""
    resizes: bool = False
    """A file that is too large can be sent as a reduced copy: `--resize`."""


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What the core has to know about a service."""

    title: str
    """The service's name as its users know it."""
    selects: frozenset[str]
    """The fields of `Selection` that `list` understands: those that the service filters, and those that the core can
    filter because items carry what it takes."""
    newest_first: bool = False
    """Listings come in the order in which items were added, the newest first, so that an incremental one may stop at
    the first page that holds nothing new."""
    marks: bool = False
    """Listings carry marks: the next one can begin where the last ended."""
    workers: int = 8
    """Parallel downloads that the service is known to accept, for `jobs: auto`."""
    layout: str = "{year}/{month}/{name}"
    """The default of the option `layout`."""
    provider_dates: bool = False
    """Folders are named after the capture time that the service tells, not that in the file."""
    collection_word: str = "album"
    content_names: bool = False
    """The service changes formats and keeps names (`.HEIC` for a JPEG): the content decides the extension."""
    needs_picking: bool = False
    """The user has to pick in a browser: there is nothing that `pull` could list."""
    upload: UploadFacts | None = None
    """None: nothing can be uploaded. Else the provider fulfils `SupportsUpload`."""
