"""Every fault of every service, at each request and at some of them, in a pull and in a push.

While it lasts: no wrong file, nothing sent twice, no leak, totals that add up, a documented exit status other than 1.
Once it is over, the next run brings everything. A new switch of `Faults` is in the table by itself.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.model import Kind
from photosync.testing.command import Result
from photosync.testing.contract import ProviderContract
from photosync.testing.faults import Fault
from photosync.testing.library import foreign_photos
from photosync.testing.simulator import Simulator
from photosync.testing.upload_contract import ACCOUNT, Pusher, UploadContract
from photosync.testing.user import User
from photosync_aura.simulator import AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.photosync_amazon import test_contract as amazon
from tests.photosync_amazon import test_upload_contract as amazon_uploads
from tests.photosync_aura import test_contract as aura
from tests.photosync_aura import test_upload_contract as aura_uploads
from tests.photosync_clouddrive import test_contract as clouddrive
from tests.photosync_clouddrive import test_upload_contract as clouddrive_uploads
from tests.photosync_google import test_contract as google
from tests.photosync_google import test_upload_contract as google_uploads

pytestmark = pytest.mark.slow  # each switch of each service

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
TABLE = [(provider, name) for provider, pulls in PULLS.items() for name in pulls.simulator_type.faults_type.names()]

ITEMS = 4
SOMETIMES = 0.3
ENDS = frozenset({Exit.OK, Exit.USAGE, Exit.PARTIAL, Exit.AUTH, Exit.TEMPORARY})
"""What a service can do to a run."""

VALUES: dict[str, float] = {
    "latency": 0.02,
    "stall": 0.1,
    "drip": 0,
    "drip_head": 0,
    "date": 40 * 86_400,
    "late_upload": 2,
    "pending_upload": 2,
    "lagging_listing": 5,
}
"""Short ones: how long a request takes at most is the subject of `transport/test_totals`."""
TRAITS: dict[str, dict[str, object]] = {"google": {"closes_in_s": 100}}
"""A person who does not finish is waited for that long."""
TIMES = {"drip_head": 2}
"""A head without end is read as far as 64 KiB, a byte at a time."""
OTHERS = {
    **dict.fromkeys(("ignore_range", "wrong_range", "short_range", "refuse_range"), "truncate"),
    **dict.fromkeys(("wrong_count", "bogus_nodes"), "refuse_changes"),
    **dict.fromkeys(("invalid_grant", "invalid_client", "token_error"), "expired"),
}
"""Faults that need another one: half of a content before a range, an old token before a new one."""

NOT_REACHED = {
    **dict.fromkeys(("no_refresh_token", "fewer_scopes", "access_denied"), "only in a sign-in: test_sign_in"),
    **dict.fromkeys(("broken_piece", "closed_session", "strange_upload_host"), "large files: test_large_files"),
    "bare_conflict": "a name that is taken: test_name_conflicts",
    "items_refused": "items that were there before the album: test_albums",
    **dict.fromkeys(("page_token_expired", "circular_listing"), "longer listings: test_changes"),
    "keeps_trash_out": "after another fault: test_failed_files",
}
UNKNOWABLE = {
    (provider, name)
    for provider in ("google", "aura")
    for name in ("wrong_bytes", "oversize", "reencoded", "other_kind")
}
"""Google lists neither hash nor size, nor does Aura for videos; the md5 of Aura's photos is that of the upload, which
the service may have encoded anew. So a whole file of the right format is believed, if it comes the same way again."""
KEPT_DAMAGED = frozenset({("amazon", "short_store"), ("amazon", "wrong_store")})
"""The service says that it stored something else, and keeps it. The file fails, also later if such damage has its other
name too; then the user has to remove it there."""


@pytest.mark.parametrize(("provider", "name"), TABLE, ids=["-".join(pair) for pair in TABLE])
def test_a_fault(provider: str, name: str, tmp_path: Path) -> None:
    fired = check_pull(provider, name, tmp_path / "pull")
    fired += check_push(provider, name, tmp_path / "push")
    assert (fired > 0) != (name in NOT_REACHED)


def check_pull(provider: str, name: str, folder: Path) -> int:
    """Pull with the fault and after it; returns how often it fired."""
    contract = PULLS[provider]()
    if isinstance(contract, aura.TestAuraContract):
        contract.most_a_page = 3
    is_unknowable, fired = (provider, name) in UNKNOWABLE, 0
    folder.mkdir()
    with contract.user(folder, 0, gaps=False, **TRAITS.get(provider, {})) as user:
        for probability in (1, SOMETIMES):
            user.simulator.library.add(ITEMS - 1)
            user.simulator.library.add(kind=Kind.VIDEO)
            configure(user, retry_budget="5s")
            with lasting(user.simulator, name, probability) as fault:
                result = user.pull("--full") if contract.lists_everything else user.pull()
            check_end(user, result)
            assert is_unknowable or not wrong_files(user)
            fired += fault.fired
            if not fault.fired:
                break
        if fault.fired or name in OTHERS:
            configure(user)
            result = user.pull()
        result.check_complete()
        if not contract.lists_everything and fired:  # that one may have continued with what was picked before
            user.pull().check_complete()
        user.check_order()
        assert sum(user.sandbox.hashes().values()) == len(user.expected())
        assert bool(wrong_files(user)) == is_unknowable
    return fired


def check_push(provider: str, name: str, folder: Path) -> int:
    """Push with the fault and after it; returns how often it fired."""
    contract, photos = PUSHES[provider](), foreign_photos()
    laid: set[str] = set()
    is_kept, fired = (provider, name) in KEPT_DAMAGED, 0
    folder.mkdir()
    with contract.pusher(folder) as pusher:
        user = User(pusher.simulator, pusher.sandbox)
        for probability in (1, SOMETIMES):
            laid.update(pusher.write([next(photos) for _ in range(ITEMS)], f"IMG_{probability}").values())
            configure(user, contract, retry_budget="5s")
            with lasting(user.simulator, name, probability) as fault:
                result = pusher.push()
            check_end(user, result)
            assert all(number == 1 for md5, number in at_service(pusher).items() if md5 in laid), "sent twice"
            assert is_kept or at_service(pusher).keys() <= laid
            fired += fault.fired
            if not fault.fired:
                break
        if fault.fired or name in OTHERS:
            configure(user, contract)
            result = pusher.push()
        missing = len(laid - at_service(pusher).keys())
        assert set(result.reasons) <= ({"name_taken"} if is_kept else set()), result
        assert (result.number("failed"), result.number("listed")) == (missing, len(laid)), result
        assert is_kept or at_service(pusher) == dict.fromkeys(laid, 1)
    return fired


@contextmanager
def lasting(simulator: Simulator, name: str, probability: float) -> Iterator[Fault]:
    """The fault, and the one that it needs; gone at the end."""
    fault = Fault(value=VALUES.get(name), times=TIMES.get(name), probability=probability)
    setattr(simulator.faults, name, fault)
    if other := OTHERS.get(name):
        setattr(simulator.faults, other, Fault(probability=SOMETIMES if other == "truncate" else 1))
    ended = threading.Event()
    if name == "hold":
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


def check_end(user: User, result: Result) -> None:
    """What is true of every run."""
    assert result.exit in ENDS, result
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
