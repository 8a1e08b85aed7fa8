"""`rebuild`: the catalog is made anew, as the command and the call share it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from photosync.errors import DestinationError

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.config import AccountConfig
    from photosync.jobs.pull.options import PullOptions
    from photosync.jobs.rebuild.restore import Source
    from photosync.library import Library


@contextmanager
def sound_catalog(
    library: Library, *, from_listings: bool, tell: Callable[[Source], object]
) -> Iterator[tuple[Catalog, Source]]:
    """A sound catalog in its place, locked against other runs; its accounts are to be rebuilt while it is open.

    `from_listings`: a new one. `tell` gets what it was taken from. Raises `DestinationError`.
    """
    from photosync.jobs.fix.interrupted import settle_interrupted
    from photosync.jobs.library_catalog import open_catalog
    from photosync.jobs.rebuild.restore import begin_anew, put_in_order

    if not library.exists:
        raise DestinationError(f"there is no library at {library.root}: nothing was saved there yet")
    with library.lock():
        source = (begin_anew if from_listings else put_in_order)(library)
        tell(source)
        with open_catalog(library) as catalog:
            settle_interrupted(library, catalog)
            yield catalog, source


def rebuild_options(config: AccountConfig) -> PullOptions:
    """How the files of an account are found again."""
    from photosync.jobs.pull.options import PullOptions
    from photosync.library import Layout

    layout = Layout(config.options.layout or config.provider.facts.layout)
    return PullOptions(layout=layout, metadata=config.metadata_settings())
