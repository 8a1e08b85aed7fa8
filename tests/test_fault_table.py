"""Every fault of every service, at each request and at some of them, in a pull and in a push.

While it lasts: no wrong file, nothing sent twice, no leak, totals that add up, the right exit status. Once it is over,
the next run brings everything, and the one after it has nothing to do. The catalog, the disk and `SHA256SUMS` agree all
the time. A new switch of `Faults` is in the table by itself.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.model import Kind
from photosync.testing.command import Result, Sandbox
from photosync.testing.contract import ProviderContract
from photosync.testing.faults import Fault
from photosync.testing.library import foreign_photos
from photosync.testing.simulator import Simulator
from photosync.testing.upload_contract import ACCOUNT, Pusher, UploadContract
from photosync.testing.user import User
from photosync_aura.simulator import AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests import fault_rows
from tests.fault_rows import (
    ENDS,
    KEPT_DAMAGED,
    OTHERS,
    ROWS,
    SIMULATORS,
    SOMETIMES,
    TRAITS,
    UNKNOWABLE,
    Row,
    is_reached,
    pull_exits,
    push_exits,
)
from tests.photosync_amazon import test_contract as amazon
from tests.photosync_amazon import test_upload_contract as amazon_uploads
from tests.photosync_aura import test_contract as aura
from tests.photosync_aura import test_upload_contract as aura_uploads
from tests.photosync_clouddrive import test_contract as clouddrive
from tests.photosync_clouddrive import test_upload_contract as clouddrive_uploads
from tests.photosync_google import test_contract as google
from tests.photosync_google import test_upload_contract as google_uploads

pytestmark = pytest.mark.slow  # each fault of each service

PULLS: dict[str, type[ProviderContract]] = {
    "amazon": amazon.TestAmazonContract,
    "aura": aura.TestAuraContract,
    "clouddrive": clouddrive.TestCloudDriveContract,
    "google": google.TestGoogleContract,
}
PUSHES: dict[str, type[UploadContract]] = {
    "amazon": amazon_uploads.TestAmazonUploads,
    "aura": aura_uploads.TestAuraUploads,
    "clouddrive": clouddrive_uploads.TestCloudDriveUploads,
    "google": google_uploads.TestGoogleUploads,
}
ITEMS = 4
RecordFigure = Callable[[str, object], None]


@pytest.mark.parametrize(("provider", "row"), ROWS, ids=[f"{provider}-{row}" for provider, row in ROWS])
def test_a_fault(provider: str, row: Row, tmp_path: Path, record_property: RecordFigure) -> None:
    record_property("fault table: faults x providers", 1)
    fired = check_pull(provider, row, tmp_path / "pull")
    if row.is_for_pushes:
        fired += check_push(provider, row, tmp_path / "push")
    record_property("fault table: failed requests", fired)
    assert (fired > 0) == is_reached(row)


def check_pull(provider: str, row: Row, folder: Path) -> int:
    """Pull with the fault and after it; returns how often it fired."""
    contract = PULLS[provider]()
    is_unknowable, fired = (provider, row.name) in UNKNOWABLE, 0
    folder.mkdir()
    with puller(provider, folder) as user:
        for probability in row.probabilities:
            user.simulator.library.add(ITEMS - 1)
            user.simulator.library.add(kind=Kind.VIDEO)
            configure(user, retry_budget=budget(row, probability))
            with lasting(user.simulator, row, probability) as fault:
                result = pull_whole(contract, user)
            check_end(user, result, pull_exits(provider, row) if fault.fired and probability == 1 else ENDS)
            assert is_unknowable or not wrong_files(user)
            fired += fault.fired
            if not fault.fired:
                return fired
        check_recovery(contract, user, is_right=not is_unknowable)
    return fired


@contextmanager
def puller(provider: str, folder: Path) -> Iterator[User]:
    """A user of an empty account that lists short pages."""
    with SIMULATORS[provider](items=0, gaps=False, **TRAITS[provider]) as simulator:  # type: ignore[arg-type]
        user = User(simulator, Sandbox(folder))
        configure(user)
        yield user


def pull_whole(contract: ProviderContract, user: User) -> Result:
    return user.pull("--full") if contract.lists_everything else user.pull()


def check_recovery(contract: ProviderContract, user: User, *, is_right: bool = True) -> None:
    """The next run brings everything, the one after it nothing."""
    configure(user)
    pull_whole(contract, user).check_complete()
    user.simulator.forget()
    again = user.pull()
    again.check_complete()
    if contract.lists_everything:  # a pick may have continued with what was picked before
        assert (again.number("saved"), user.simulator.counts["content"]) == (0, 0)
    else:
        user.simulator.forget()
        assert (user.pull().number("saved"), user.simulator.counts["content"]) == (0, 0)
    user.check_order()
    assert user.sandbox.run("verify").exit == Exit.OK, "catalog, disk and SHA256SUMS do not agree"
    if contract.lists_everything:
        audit = user.sandbox.run("audit", ACCOUNT)
        assert (audit.exit, audit.number("missing"), audit.number("listed")) == (Exit.OK, 0, len(user.expected())), (
            audit
        )
    assert sum(user.sandbox.hashes().values()) == len(user.expected())
    assert bool(wrong_files(user)) is not is_right


def check_push(provider: str, row: Row, folder: Path) -> int:
    """Push with the fault and after it; returns how often it fired."""
    contract, photos = PUSHES[provider](), foreign_photos()
    laid: set[str] = set()
    is_kept, fired = (provider, row.name) in KEPT_DAMAGED, 0
    folder.mkdir()
    with contract.pusher(folder) as pusher:
        user = User(pusher.simulator, pusher.sandbox)
        for probability in row.probabilities:
            laid.update(pusher.write([next(photos) for _ in range(ITEMS)], f"IMG_{probability}").values())
            configure(user, contract, retry_budget=budget(row, probability))
            with lasting(user.simulator, row, probability) as fault:
                result = pusher.push()
            check_end(user, result, push_exits(row) if fault.fired and probability == 1 else ENDS)
            assert all(number == 1 for md5, number in at_service(pusher).items() if md5 in laid), "sent twice"
            assert is_kept or at_service(pusher).keys() <= laid
            fired += fault.fired
            if not fault.fired:
                break
        configure(user, contract)
        result = pusher.push()
        missing = len(laid - at_service(pusher).keys())
        assert set(result.reasons) <= ({"name_taken"} if is_kept else set()), result
        assert (result.number("failed"), result.number("listed")) == (missing, len(laid)), result
        if not is_kept:
            assert at_service(pusher) == dict.fromkeys(laid, 1)
            user.simulator.forget()
            assert (pusher.push_all().number("saved"), user.simulator.counts["changes"]) == (0, 0)
    return fired


@contextmanager
def lasting(simulator: Simulator, row: Row, probability: float) -> Iterator[Fault]:
    """The fault, and the one that it needs; gone at the end."""
    fault = fault_rows.fault(row, probability)
    setattr(simulator.faults, row.name, fault)
    if other := OTHERS.get(row.name):
        setattr(simulator.faults, other, Fault(probability=SOMETIMES if other == "truncate" else 1))
    ended = threading.Event()
    if row.name == "hold":
        threading.Thread(target=release, args=(simulator, ended)).start()
    try:
        yield fault
    finally:
        ended.set()
        simulator.faults.clear()


def release(simulator: Simulator, ended: threading.Event) -> None:
    """Let held requests go on, each a moment later."""
    while not ended.wait(0.1):
        held = simulator.faults.hold
        if held is not None and held.fired:
            simulator.faults.hold = None


def configure(user: User, contract: UploadContract | None = None, **defaults: object) -> None:
    """The account, with these defaults; and as if an hour had passed, for which Aura may refuse changes."""
    settings = contract.account_settings(user.simulator) if contract else user.simulator.account_settings()
    if isinstance(user.simulator, CloudDriveSimulator):
        settings = {**settings, "upload_wait": "5s"}
    user.sandbox.configure({ACCOUNT: settings}, **defaults)
    if isinstance(user.simulator, AuraSimulator):
        user.simulator.desk.is_locked = False
        for path in user.sandbox.home.rglob("writes.json"):
            path.unlink()


def budget(row: Row, probability: float) -> str:
    """No time for retries that cannot succeed."""
    return "1s" if probability == 1 and row.name not in OTHERS else "5s"


def check_end(user: User, result: Result, exits: Collection[Exit] = ENDS) -> None:
    """What is true of every run."""
    assert result.exit in exits, result
    assert "Traceback" not in result.stderr, result
    assert user.simulator.leaks == []
    user.check_list()


def wrong_files(user: User) -> Counter[str]:
    """The files that the service does not have, or has less often."""
    return user.sandbox.hashes() - Counter(item.md5 for item in user.expected())


def at_service(pusher: Pusher) -> Counter[str]:
    """The contents at the service, outside a trash."""
    if isinstance(pusher.simulator, CloudDriveSimulator):
        return Counter(pusher.simulator.tree().values())
    return pusher.contents()
