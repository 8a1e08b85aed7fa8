"""Opens a copy of the library, and brings to it what it lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache, partial
from itertools import chain
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from filelock import Timeout

from photosync.api.selection import AskedSelection, selection_of
from photosync.errors import ConfigError, LockedError, UsageError

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.config import Config
    from photosync.copies import CopyRecord, CopyStore
    from photosync.jobs.albums.folders import WantedFolders
    from photosync.jobs.copy.other_copies import OtherCopies
    from photosync.jobs.copy.verify import VerifyCopy
    from photosync.jobs.report import Reporter, Summary
    from photosync.library import Library
    from photosync.model import Item
    from photosync.transport.pacing import BandwidthLimit


_SELECTS = {"years", "months", "since", "until", "kind", "favorites"}
"""What the catalog in a copy knows of an item."""


@dataclass(frozen=True, slots=True)
class OpenCopy:
    """A copy that this process alone works on, and the library that it is of."""

    name: str
    store: CopyStore
    record: CopyRecord
    library: Library
    catalog: Catalog
    others: Mapping[str, Callable[[], CopyStore]]
    """Opens the other copies of the configuration."""
    workspace: Path
    """For files of this process."""

    def bring(
        self,
        reporter: Reporter,
        cancel: Event,
        *,
        jobs: int | None = None,
        limit: BandwidthLimit | None = None,
        dry_run: bool = False,
        accept_shrink: bool = False,
    ) -> Summary:
        """Bring what it lacks. An error that ends the run is in the summary."""
        from photosync.jobs.copy.copy import Copy
        from photosync.jobs.copy.parallel import WORKERS

        job = Copy(
            name=self.name,
            store=self.store,
            library=self.library,
            catalog=self.catalog,
            record=self.record,
            others=self._others(reporter, cancel),
            reporter=reporter,
            cancel=cancel,
            take=(lambda size_bytes: limit.take(size_bytes, cancel)) if limit else (lambda _: None),
            workers=jobs or WORKERS,
            dry_run=dry_run,
            accept_shrink=accept_shrink,
        )
        return job.run()

    def check(
        self, part: Fraction, reporter: Reporter, cancel: Event, *, repair: bool = False, jobs: int | None = None
    ) -> VerifyCopy:
        """A check of it, which reads this part of its files. `repair`: send again what is not right."""
        from photosync.jobs.copy.parallel import WORKERS
        from photosync.jobs.copy.verify import VerifyCopy

        return VerifyCopy(
            name=self.name,
            store=self.store,
            library=self.library,
            catalog=self.catalog,
            record=self.record,
            others=self._others(reporter, cancel),
            reporter=reporter,
            cancel=cancel,
            part=part,
            repair=repair,
            workers=jobs or WORKERS,
        )

    def _others(self, reporter: Reporter, cancel: Event) -> OtherCopies:
        from photosync.jobs.copy.fetch import Fetcher
        from photosync.jobs.copy.other_copies import OtherCopies

        return OtherCopies(Fetcher(self.others, reporter.received, cancel), self.workspace)


def opened_copies(config: Config, names: Iterable[str]) -> dict[str, Callable[[], CopyStore]]:
    """Opens the copies of these names, when each is needed first."""
    from photosync.copies import open_place

    return {name: cache(partial(open_place, name, config.copy(name), config.path.parent)) for name in names}


def matching(selection: AskedSelection) -> Callable[[Item], bool] | None:
    """Whether an item of a copy is selected; None for all of them. Raises `UsageError` for what cannot be selected."""
    wanted = selection_of(selection)
    asked = [each.name for each in fields(wanted) if getattr(wanted, each.name) not in (None, False, ())]
    if selection.collections or not set(asked) <= _SELECTS:
        raise UsageError(
            "what a copy has is selected by --year, --month, --since, --until, --kind, --favorites; leave out the rest"
        )
    return wanted.matches if asked else None


def restore_library(
    config: Config,
    name: str,
    to: Path,
    selection: AskedSelection,
    reporter: Reporter,
    cancel: Event,
    *,
    without_offsite: bool = False,
    jobs: int | None = None,
) -> Summary:
    """Make a library at `to` out of the copy of this name, or a part of it. An error that ends it is in the summary.

    Raises `UsageError` for what cannot be selected there.
    """
    from photosync.copies import check_overlap, open_place
    from photosync.jobs.copy.parallel import WORKERS
    from photosync.jobs.copy.restore import RestoreLibrary
    from photosync.library import Library
    from photosync.user_folders import expanded, state_folder

    library = Library(expanded(to), state_folder())
    config.copy(name)
    for each, settings in config.copies.items():  # nor in another one than this
        check_overlap(each, {each: settings}, config.path.parent, [library.root])
    job = RestoreLibrary(
        name=name,
        store=open_place(name, config.copy(name), config.path.parent),
        library=library,
        reporter=reporter,
        cancel=cancel,
        folders=frozenset(outside_folders(config)),
        record=lambda made: _record(made, name),
        albums=wanted_album_folders(config),
        wants=matching(selection),
        without_offsite=without_offsite,
        workers=jobs or WORKERS,
    )
    return job.run()


def wanted_album_folders(config: Config) -> dict[str, WantedFolders]:
    """Whether the albums of each account have folders."""
    return {name: account.options.albums for name, account in config.accounts.items()}


def outside_folders(config: Config) -> Iterator[str]:
    """All folders that the configuration of an account names."""
    for account in config.accounts.values():
        with suppress(ConfigError):  # a secret that is missing
            yield from _paths_in(account.settings().model_dump())


def _paths_in(value: object) -> Iterator[str]:
    if isinstance(value, Path):
        yield str(value)
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(map(_paths_in, value.values()))
    elif isinstance(value, list | tuple):
        yield from chain.from_iterable(map(_paths_in, value))


@contextmanager
def open_copy(config: Config, library: Library, name: str) -> Iterator[OpenCopy]:
    """The copy of this name. The catalog is only read, so that a pull can run at the same time.

    Raises `UsageError`, `DestinationError` and `LockedError`.
    """
    from photosync.api.opening import open_catalog
    from photosync.copies import check_overlap, open_place
    from photosync.jobs.copy.library_files import folders
    from photosync.library.disk_errors import disk_errors
    from photosync.library.own_folders import own_folder, remove_temporary_files

    store = open_place(name, config.copy(name), config.path.parent)
    if not library.exists:
        raise UsageError(f"{library.root} is no library yet: nothing was saved there")
    with ExitStack() as stack:
        record = stack.enter_context(_record(library, name))
        with disk_errors(library.program_folder):
            workspace = own_folder(record.path.parent, f"{name}.files")
        catalog = stack.enter_context(open_catalog(library))
        check_overlap(name, config.copies, config.path.parent, folders(library, catalog))
        remove_temporary_files(workspace)
        others = opened_copies(config, (each for each in config.copies if each != name))
        yield OpenCopy(name, store, record, library, catalog, others, workspace)


@contextmanager
def _record(library: Library, name: str) -> Iterator[CopyRecord]:
    """What is known of the copy of this name; for this process alone. Raises `LockedError` and `DestinationError`."""
    from photosync.copies import CopyRecord
    from photosync.file_systems import Lock
    from photosync.library.disk_errors import disk_error, disk_errors
    from photosync.library.own_folders import own_folder

    with disk_errors(library.program_folder):
        folder = own_folder(library.program_folder, "copies")
    path = folder / f"{name}.lock"
    with ExitStack() as stack:
        try:
            stack.enter_context(Lock(path, timeout_s=0).held())
        except Timeout as error:  # a subclass of OSError
            raise LockedError(f"another run is working on the copy '{name}'; try again when it has ended.") from error
        except OSError as error:
            raise disk_error(error, path) from error
        yield stack.enter_context(CopyRecord(folder / f"{name}.db"))
