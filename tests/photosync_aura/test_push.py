"""`photosync push aura FRAME PATH…`: pictures get onto a frame once, and the service is never pushed too far."""

from __future__ import annotations

import re
import shutil

import pytest

from photosync.testing import Fault
from photosync_aura.simulator import GRANDMA, KITCHEN
from tests.photosync_aura.frame_owner import OwnerOf
from tests.photosync_aura.photo_sender import BOTH, WRITABLE, Sender

UNKNOWN = "abf50000-0000-4000-8000-00000000dead"


@pytest.fixture
def sender(owner_of: OwnerOf) -> Sender:
    """A user with an empty frame."""
    return Sender(owner_of())


def push(sender: Sender, *options: str) -> tuple[int, int, int, int]:
    """Push the folder to the kitchen; exit status, saved, unchanged, failed."""
    result = sender.owner.push("kitchen", str(sender.photos), *options)
    result.check_totals()
    return result.exit, result.number("saved"), result.number("unchanged"), result.number("failed")


# What goes up


def test_a_folder_goes_up_in_few_calls(owner_of: OwnerOf) -> None:
    owner = owner_of(items=10)
    sender = Sender(owner)
    md5s = sender.lay(60)
    known = [item for item in owner.simulator.library.expected() if item.name.endswith("JPG")][:7]
    for item in known:
        sender.lay_file(item.name, owner.simulator.library.content_of(item.id))
    assert push(sender) == (0, 60, 7, 0)
    there = sender.on_frame()
    assert {md5: there[md5] for md5 in md5s} == dict.fromkeys(md5s, 1)
    assert all(there[item.md5] == 1 for item in known)
    selects, contents, updates = sender.calls()
    assert contents == 60
    assert selects == updates == 2
    assert all(name.startswith(("photosync-", "simulated-")) for name in owner.simulator.frame_contents(KITCHEN))
    owner.simulator.forget()
    assert push(sender) == (0, 0, 67, 0)
    assert owner.simulator.counts["changes"] == 0
    assert owner.pull_all().number("saved") == 3, "what has a file here already does not come back"


def test_a_lost_ledger_makes_no_second_picture(sender: Sender) -> None:
    sender.lay(15)
    assert push(sender) == (0, 15, 0, 0)
    sender.forget_pushes()
    sender.simulator.forget()
    assert push(sender) == (0, 0, 15, 0)
    assert sender.simulator.counts["changes"] == 0


def test_pictures_that_the_service_shows_late_are_not_made_twice(sender: Sender) -> None:
    md5s = sender.lay(5)
    sender.simulator.desk.fills_late = True
    assert push(sender) == (0, 5, 0, 0)
    assert set(sender.on_frame()) == {None}
    assert push(sender) == (0, 0, 5, 0), "the ledger knows them"
    sender.forget_pushes()
    sender.simulator.desk.fills_late = False
    assert push(sender) == (0, 5, 0, 0)
    sender.simulator.desk.fill()
    assert sender.on_frame() == dict.fromkeys(md5s, 1)


def test_killed_before_the_placeholders_are_completed(sender: Sender) -> None:
    md5s = sender.lay(20)
    hold = sender.simulator.faults.hold = Fault(on="upload", items={"batch_update"})
    process = sender.owner.sandbox.start("push", "aura", "kitchen", str(sender.photos))
    assert sender.simulator.wait_for(lambda: hold.fired >= 1)
    process.kill()
    process.communicate()
    assert sender.on_frame() == {None: 20}
    sender.simulator.faults.clear()
    assert push(sender) == (0, 20, 0, 0)
    assert sender.on_frame() == dict.fromkeys(md5s, 1)


def test_what_another_frame_has_is_put_on_this_one_too(sender: Sender) -> None:
    md5s = sender.lay(4)
    sender.owner.configure(frames=BOTH)
    assert push(sender) == (0, 4, 0, 0)
    sender.simulator.forget()
    result = sender.owner.push_all("hers", str(sender.photos))
    assert (result.number("saved"), result.number("unchanged")) == (0, 4)
    assert sender.calls() == (1, 0, 0)
    assert {md5: sender.on_frame(GRANDMA)[md5] for md5 in md5s} == dict.fromkeys(md5s, 1)
    assert sender.on_frame() == dict.fromkeys(md5s, 1)


def test_a_picture_that_cannot_be_added_to_another_frame_is_reported(sender: Sender) -> None:
    sender.lay(2)
    sender.owner.configure(frames=BOTH)
    push(sender)
    sender.simulator.faults.unselectable = Fault(times=1)
    result = sender.owner.push("hers", str(sender.photos))
    assert (result.exit, result.number("unchanged"), result.reasons) == (3, 1, ["refused"])
    assert "would not put it on this frame" in result.stderr


def test_dry_run_changes_nothing(sender: Sender) -> None:
    sender.lay(5)
    (sender.photos / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    assert push(sender, "--dry-run") == (3, 5, 0, 1)
    assert sender.simulator.counts["changes"] == 0
    assert not sender.budget_file.exists()


# Which frame


def test_a_frame_without_permission_is_refused(sender: Sender) -> None:
    sender.lay(1)
    sender.owner.configure(frames={"kitchen": KITCHEN})
    for wanted in ("kitchen", KITCHEN):
        result = sender.owner.push(wanted, str(sender.photos))
        assert result.exit == 2
        assert f"kitchen: {{id: {KITCHEN}, write: true}}" in result.stderr
    assert sender.simulator.counts["total"] == 0, "the configuration has the answer"


@pytest.mark.parametrize("wanted", ["Grandma's frame", "grandma", GRANDMA])
def test_permission_depends_on_the_frames_id(sender: Sender, wanted: str) -> None:
    sender.lay(1)
    result = sender.owner.push(wanted, str(sender.photos))
    assert result.exit == 2
    assert f"{{id: {GRANDMA}, write: true}}" in result.stderr
    assert sender.simulator.counts["changes"] == 0
    sender.owner.configure(frames={"mine": {"id": GRANDMA, "write": True}})
    result = sender.owner.push(wanted, str(sender.photos))
    if wanted == "Grandma's frame":  # which is what the service calls it, and the user calls it 'mine'
        assert "there are: Kitchen, mine" in result.stderr
    assert sender.owner.push("mine", str(sender.photos)).exit == 0


def test_a_frame_that_the_account_does_not_have(sender: Sender) -> None:
    sender.lay(1)
    sender.owner.configure(frames={"attic": {"id": UNKNOWN, "write": True}})
    result = sender.owner.push("attic", str(sender.photos))
    assert result.exit == 2
    assert f"shows this account no frame 'attic' ({UNKNOWN}" in result.stderr
    result = sender.owner.push("cellar", str(sender.photos))
    assert result.exit == 2
    assert "there is no frame 'cellar'; there are: Grandma's frame, Kitchen, attic" in result.stderr
    assert sender.simulator.counts["changes"] == 0
    assert not sender.owner.sandbox.library.exists(), "no library is made for a mistake"


# What goes wrong on the way


@pytest.mark.parametrize("step", ["select_asset", "store", "batch_update"])
@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("status", [None, 504], ids=["dropped", "504"])
def test_an_answer_that_gets_lost(sender: Sender, step: str, done: bool, status: int | None) -> None:
    md5s = sender.lay(6)
    fault = Fault(value=status, times=1, on="upload", items={step})
    sender.simulator.faults.set("lose_answer" if done else "server_error" if status else "drop", None)
    setattr(sender.simulator.faults, "lose_answer" if done else "server_error" if status else "drop", fault)
    assert push(sender) == (0, 6, 0, 0)
    assert fault.fired == 1
    assert sender.on_frame() == dict.fromkeys(md5s, 1)
    listings = [each for each in sender.simulator.requests if each.kind == "list"]
    # The first one is that of a first push, which finds a mistake before it makes a library.
    assert len(listings) == (2 if step == "store" else 3), "looked before anything was repeated"


@pytest.mark.parametrize("step", ["select_asset", "batch_update"])
def test_a_service_that_never_answers_a_change_ends_the_run(sender: Sender, step: str) -> None:
    sender.lay(3)
    sender.simulator.faults.server_error = Fault(value=502, on="upload", items={step})
    assert push(sender)[0] == 5
    assert sender.simulator.counts["502"] == 2, "once, and once more after a look"
    sender.simulator.faults.clear()
    assert push(sender) == (0, 3, 0, 0)


def test_a_part_of_the_pictures_is_accepted(sender: Sender) -> None:
    md5s = sender.lay(12)
    sender.simulator.faults.left_out = Fault(times=2, after=3)
    result = sender.owner.push("kitchen", str(sender.photos))
    assert (result.exit, result.number("saved"), result.reasons) == (3, 10, ["refused", "refused"])
    assert push(sender) == (0, 2, 10, 0)
    assert sender.on_frame() == dict.fromkeys(md5s, 1)


def test_a_part_of_the_announced_pictures_is_refused(sender: Sender) -> None:
    sender.lay(5)
    sender.simulator.faults.unselectable = Fault(times=2)
    result = sender.owner.push("kitchen", str(sender.photos))
    assert (result.exit, result.number("saved"), result.reasons) == (3, 3, ["refused", "refused"])
    assert "would not have it on this frame" in result.stderr
    assert sender.calls()[1] == 3, "nothing is sent that has no place"


@pytest.mark.parametrize("after", [0, 1], ids=["announce", "update"])
def test_an_error_inside_a_good_answer_fails_the_batch(sender: Sender, after: int) -> None:
    sender.lay(3)
    sender.simulator.faults.write_error = Fault(times=1, after=after)
    result = sender.owner.push("kitchen", str(sender.photos))
    assert (result.exit, result.reasons) == (3, ["refused"] * 3)
    assert "Something broke over here" in result.stderr
    assert push(sender) == (0, 3, 0, 0)


def test_five_refusals_in_a_row_end_the_run(sender: Sender) -> None:
    sender.lay(400)
    sender.simulator.faults.write_error = Fault()
    result = sender.owner.push("kitchen", str(sender.photos))
    assert (result.exit, result.number("failed")) == (3, 200)
    assert "refused 5 changes in a row, so the run ends" in result.stderr
    assert sender.calls() == (5, 0, 0)


# The store


def test_permission_that_ends_early_is_renewed_once(sender: Sender) -> None:
    sender.lay(12)
    hold = sender.simulator.faults.hold = Fault(after=3, on="upload", items={"store"})
    process = sender.owner.sandbox.start("push", "aura", "kitchen", str(sender.photos))
    assert sender.simulator.wait_for(lambda: hold.fired >= 1)
    sender.simulator.desk.end_keys()
    sender.simulator.faults.clear()
    assert process.communicate()
    assert process.returncode == 0
    assert len(sender.simulator.desk.keys) == 2
    assert len(sender.on_frame()) == 12


def test_permission_is_renewed_before_it_ends(sender: Sender) -> None:
    sender.lay(3)
    sender.simulator.desk.keys_last_s = 4 * 60
    assert push(sender) == (0, 3, 0, 0)
    assert len(sender.simulator.desk.keys) == 3


def test_a_store_that_refuses_ends_the_run_without_a_word_of_its_secrets(sender: Sender) -> None:
    sender.lay(3)
    sender.simulator.faults.store_denies = Fault()
    log = sender.owner.sandbox.folder / "log.txt"
    result = sender.owner.push("kitchen", str(sender.photos), "-vv", "--log-file", str(log))
    assert result.exit == 5
    assert "AccessDenied" in result.stderr
    told = result.stdout + result.stderr + log.read_text()
    assert "PUT 127.0.0.1" in told, "there must be something to see"
    (key,) = sender.simulator.desk.keys.values()
    assert [secret for secret in (key.token, key.secret, "Signature=") if secret in told] == []


def test_the_session_goes_to_the_api_alone(sender: Sender) -> None:
    sender.lay(3)
    push(sender)
    signed = {each.route for each in sender.simulator.requests if each.site == "store" and each.signed}
    assert signed == {"PUT /images.simulated/{key}"}, "with a permission of the store's own"
    assert sender.simulator.leaks == [], "which would tell of the session"


def test_a_store_on_this_computer_gives_out_its_own_permission(sender: Sender) -> None:
    sender.lay(1)
    endpoints = sender.simulator.account_settings()["endpoints"]
    assert isinstance(endpoints, dict)
    del endpoints["identity"]
    sender.owner.configure(frames=WRITABLE, endpoints=endpoints)
    assert push(sender) == (0, 1, 0, 0)


# How much may be changed


def test_one_401_to_a_change_is_asked_once_more(sender: Sender) -> None:
    sender.lay(3)
    sender.simulator.faults.write_401 = Fault(times=1, after=1)
    assert push(sender) == (0, 3, 0, 0)
    assert sender.owner.logins == 1
    assert not sender.budget()["locked_at"]


@pytest.mark.parametrize("fault", ["write_lock", "write_475"])
@pytest.mark.parametrize("after", [0, 1], ids=["announce", "update"])
def test_a_lock_ends_all_changes_for_an_hour(sender: Sender, fault: str, after: int) -> None:
    md5s = sender.lay(12)
    setattr(sender.simulator.faults, fault, Fault(times=1, after=after))
    result = sender.owner.push("kitchen", str(sender.photos))
    assert result.exit == 5
    assert "locks accounts like that" in result.stderr
    assert "60 minutes" in result.stderr
    assert sender.owner.logins == 1, "no sign-in is needed to find out"
    sender.simulator.forget()
    again = sender.owner.push("kitchen", str(sender.photos))
    assert again.exit == 5
    assert "another 60 minutes" in again.stderr
    assert sender.simulator.counts["total"] == 0
    assert sender.owner.pull_all().number("saved") == 0
    sender.simulator.desk.is_locked = False
    sender.let_pass(61 * 60)
    assert push(sender) == (0, 12, 0, 0)
    assert sender.on_frame() == dict.fromkeys(md5s, 1)
    selects, _, updates = sender.calls()
    assert (selects, updates) == (2, 2), "ten at a time for a while"


def test_a_second_lock_lasts_a_day(sender: Sender) -> None:
    sender.lay(2)
    sender.simulator.faults.write_lock = Fault(times=1)
    push(sender)
    sender.let_pass(61 * 60)
    result = sender.owner.push("kitchen", str(sender.photos))
    assert result.exit == 5
    assert "24 hours" in result.stderr
    sender.let_pass(23 * 3600)
    assert "another 60 minutes" in sender.owner.push("kitchen", str(sender.photos)).stderr


def test_a_dry_run_may_look_during_a_lock(sender: Sender) -> None:
    sender.lay(2)
    sender.simulator.faults.write_lock = Fault(times=1)
    push(sender)
    assert push(sender, "--dry-run") == (0, 2, 0, 0)


def test_a_run_stops_before_the_service_has_enough_and_the_next_goes_on(sender: Sender) -> None:
    sender.lay(1)
    push(sender)
    assert sender.budget()["calls"] == pytest.approx(28, abs=0.1)
    sender.set_calls(3)
    md5s = sender.lay(120)
    result = sender.owner.push("kitchen", str(sender.photos))
    assert (result.exit, result.number("saved")) == (5, 50), "what was under way is finished first"
    assert re.search(r"in (a|2) minutes? to go on .* or in 39 minutes for a long run", result.stderr)
    sender.simulator.forget()
    assert push(sender)[:2] == (5, 0)
    assert sender.simulator.counts["changes"] == 0
    sender.let_pass(6 * 60)
    assert push(sender) == (0, 70, 51, 0)
    assert {md5: sender.on_frame()[md5] for md5 in md5s} == dict.fromkeys(md5s, 1)


def test_a_broken_note_of_changes_is_taken_for_an_empty_budget(sender: Sender) -> None:
    sender.lay(1)
    push(sender)
    sender.lay(1)
    sender.budget_file.write_text("{")
    assert push(sender)[0] == 5
    sender.budget_file.unlink()
    assert push(sender) == (0, 1, 1, 0)


def test_the_same_content_elsewhere_is_the_same_picture(sender: Sender) -> None:
    md5s = sender.lay(2)
    push(sender)
    copied = sender.owner.sandbox.folder / "Copy"
    shutil.copytree(sender.photos, copied)
    assert sender.owner.push_all("kitchen", str(copied)).number("unchanged") == 2
    assert sender.on_frame() == dict.fromkeys(md5s, 1)
