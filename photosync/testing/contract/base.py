"""A user of the simulated service of a contract, and what the service lacks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from photosync.testing.command import Sandbox
from photosync.testing.simulator import Simulator
from photosync.testing.user import ACCOUNT, User

_CASES_OF_FACTS = {
    "has_hashes": ("test_wrong_bytes_are_refused", "test_more_bytes_than_listed_are_not_written"),
    "sees_changes": ("test_changed_item",),
    "lists_everything": (
        "test_emptied_account_is_suspicious",
        "test_an_audit_finds_everything",
        "test_a_listing_in_one_go_has_the_same_pages",
    ),
}


class ContractBase:
    """What all cases need."""

    simulator_type: ClassVar[type[Simulator]]
    page_items: ClassVar[int] = 200
    """The maximum number of items on a page of the service's listing."""
    has_hashes: ClassVar[bool] = True
    """Whether listings have a hash of the content, so that wrong bytes of the right length are found."""
    sees_changes: ClassVar[bool] = True
    """Whether a client can see that the content of an item has changed."""
    lists_everything: ClassVar[bool] = True
    """Whether a listing covers the whole account, so that an empty one is suspicious. A pick does not."""

    def __init_subclass__(cls) -> None:
        for fact, cases in _CASES_OF_FACTS.items():
            for case in cases if not getattr(cls, fact) else ():
                setattr(cls, case, None)

    def make_simulator(self, items: int, **traits: object) -> Simulator:
        """A simulator with `items` items, not yet started."""
        return self.simulator_type(items=items, **traits)  # type: ignore[arg-type]  # the simulator checks

    @contextmanager
    def user(self, folder: Path, items: int, **traits: object) -> Iterator[User]:
        """A user whose account has `items` items, and who has never pulled."""
        with self.make_simulator(items, **traits) as simulator:
            sandbox = Sandbox(folder)
            sandbox.configure({ACCOUNT: simulator.account_settings()})
            yield User(simulator, sandbox)
