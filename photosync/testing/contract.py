"""The tests that every provider must pass against its simulator, with the real command in a separate process.

A provider's tests subclass `ProviderContract` and say how a simulator is made:

    class TestAmazon(ProviderContract):
        simulator_type = AmazonSimulator

Where a service lacks a feature (a hash, for example), the subclass says so in an attribute below, and the case is
skipped. Each case checks what a user has at the end: files on the disk, the exit status, the summary. This
module needs pytest, and is the only one here that does; `pytest.register_assert_rewrite("photosync.testing.contract")`
in a `conftest.py` makes its assertion messages more detailed. Long cases have the mark `slow`, which a project
registers in its pytest configuration.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from photosync.errors import Exit, Reason
from photosync.model import Kind
from photosync.testing.command import Sandbox
from photosync.testing.faults import Fault
from photosync.testing.library import ExpectedItem
from photosync.testing.names import HOSTILE_NAMES
from photosync.testing.request_log import RequestRecord
from photosync.testing.simulator import Simulator
from photosync.testing.user import ACCOUNT, RUN_TIMEOUT_S, User, check_names, file_times

_CASES_OF_FACTS = {
    "has_hashes": ("test_wrong_bytes_are_refused", "test_more_bytes_than_listed_are_not_written"),
    "sees_changes": ("test_changed_item",),
    "lists_everything": (
        "test_emptied_account_is_suspicious",
        "test_an_audit_finds_everything",
        "test_a_listing_in_one_go_has_the_same_pages",
    ),
}
_MOST_REQUESTS_FOR_ONE_CONTENT = 12
"""Six tries, at services that redirect each of them."""


class ProviderContract:
    """The suite. pytest collects subclasses whose names begin with `Test`."""

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

    # Sizes of listings

    def test_empty_account(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 0) as user:
            result = user.pull_all()
            assert result.number("listed") == 0
            assert result.number("saved") == 0

    def test_one_item(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 1) as user:
            assert user.pull_all().number("saved") == 1

    def test_several_pages(self, tmp_path: Path) -> None:
        items = 2 * self.page_items + 7
        with self.user(tmp_path, items) as user:
            result = user.pull_all()
            assert result.number("listed") == result.number("saved") == items
            assert result.number("bytes") == sum(item.size_bytes for item in user.expected())
            assert user.simulator.counts["list"] >= 3

    @pytest.mark.slow  # hundreds of files each time; `test_several_pages` goes over the same boundary
    @pytest.mark.parametrize("off_by", [-1, 0, 1])
    def test_a_page_that_is_just_full(self, tmp_path: Path, off_by: int) -> None:
        with self.user(tmp_path, self.page_items + off_by) as user:
            user.pull_all()

    def test_a_listing_in_one_go_has_the_same_pages(self, tmp_path: Path) -> None:
        """`list_whole` as `list`, which the command uses if there is a limit."""
        items = 3 * self.page_items + 7
        with self.user(tmp_path, items) as user:
            whole, limited = (
                [each["id"] for each in user.sandbox.run("list", ACCOUNT, *limit).objects]
                for limit in ((), ("--limit", str(items + 1)))
            )
            assert whole == limited
            assert set(whole) == {item.id for item in user.expected()}

    # The second run

    def test_second_run_downloads_nothing(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 25) as user:
            user.pull_all()
            before = file_times(user.sandbox)
            for options in ((), ("--full",)):
                user.simulator.forget()
                result = user.pull_all(*options)
                assert result.number("saved") == 0
                assert user.simulator.counts["content"] == 0
            assert file_times(user.sandbox) == before

    def test_only_new_items_are_brought(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 12) as user:
            user.pull_all()
            user.simulator.library.add(3)
            user.simulator.forget()
            assert user.pull_all().number("saved") == 3
            assert user.simulator.counts["content"] == 3

    def test_changed_item(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 12, gaps=False) as user:
            user.pull_all()
            user.simulator.library.change(user.some_item(position=3).id)
            result = user.pull("--full")
            assert result.exit == Exit.OK, result
            assert result.number("saved") == 1
            there = user.sandbox.hashes()
            assert all(there[item.md5] == 1 for item in user.expected()), "the new content is missing"
            assert user.sandbox.leftovers() == []

    def test_removed_item_stays_here(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 30) as user:
            user.pull_all()
            before = user.sandbox.hashes()
            user.simulator.library.remove(user.some_item(position=11).id)
            result = user.pull("--full")
            assert result.exit == Exit.OK, result
            assert user.sandbox.hashes() == before

    def test_emptied_account_is_suspicious(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 30) as user:
            user.pull_all()
            before = user.sandbox.hashes()
            for item in user.expected():
                user.simulator.library.remove(item.id)
            result = user.pull("--full")
            assert result.exit == Exit.SUSPICIOUS, result
            assert user.sandbox.hashes() == before

    def test_an_audit_finds_everything(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 12) as user:
            user.pull_all()
            audited = user.sandbox.run("audit", ACCOUNT)
            assert (audited.exit, audited.number("saved")) == (Exit.OK, 12), audited
            assert audited.objects == [audited.summary], "there are findings"
            user.sandbox.files()[3].unlink()
            audited = user.sandbox.run("audit", ACCOUNT)
            assert (audited.exit, audited.number("saved"), audited.number("missing")) == (Exit.DAMAGE, 11, 1), audited

    def test_file_removed_by_hand_comes_back(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 8) as user:
            user.pull_all()
            user.sandbox.files()[3].unlink()
            assert user.pull_all().number("saved") == 1

    # A library that changes while it is read

    def test_items_that_arrive_in_mid_listing(self, tmp_path: Path) -> None:
        with self.user(tmp_path, self.page_items + 30, gaps=False) as user:
            before = {item.md5 for item in user.expected()}
            self._pull_and_meanwhile(user, lambda: user.simulator.library.add(20))
            assert before <= set(user.sandbox.hashes()), "items were missed while the listing changed"
            user.pull_all("--full")

    def test_items_that_leave_in_mid_listing(self, tmp_path: Path) -> None:
        with self.user(tmp_path, self.page_items + 30, gaps=False) as user:
            leaving = [item.id for item in (*user.expected()[-10:], *user.expected()[:10])]

            def leave() -> None:
                for item_id in leaving:
                    user.simulator.library.remove(item_id)

            self._pull_and_meanwhile(user, leave)
            assert {item.md5 for item in user.expected()} <= set(user.sandbox.hashes()), "items after them were missed"

    def _pull_and_meanwhile(self, user: User, act: Callable[[], object]) -> None:
        """Pull, and `act` when the first page was answered and the second was not."""
        user.simulator.faults.hold = Fault(after=1, on="list")
        process = user.sandbox.start(*user.simulator.command(ACCOUNT))
        try:
            assert user.simulator.wait_for(lambda: user.simulator.counts["list"] >= 1, RUN_TIMEOUT_S)
            act()
        finally:
            user.simulator.faults.clear()
            stdout, stderr = process.communicate(timeout=RUN_TIMEOUT_S)
        # A removed item may have been requested already: then it fails, as it should
        assert process.returncode in (Exit.OK, Exit.PARTIAL), stdout + stderr

    # Data from the service

    def test_hostile_names(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 0) as user:
            for name in HOSTILE_NAMES:
                user.simulator.library.add(name=name)
            user.pull_all()
            check_names(user.sandbox)
            assert {path.name for path in tmp_path.iterdir()} == {"home", "config.yaml", "library"}

    def test_hostile_names_lie_where_they_lay(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 150, hostile=True) as user:
            user.pull_all()
            before = file_times(user.sandbox)
            assert user.pull_all("--full").number("saved") == 0
            assert file_times(user.sandbox) == before

    def test_one_name_for_all(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 0, years=(2023,)) as user:
            for name in ("IMG_1.JPG", "img_1.jpg", "Img_1.Jpg", "IMG_1.JPG"):
                user.simulator.library.add(10, name=name)
            user.pull_all()
            check_names(user.sandbox)

    def test_missing_fields(self, tmp_path: Path) -> None:
        fields = ("taken", "md5", "size", "details", "name")
        with self.user(tmp_path, 2) as user:
            for field in fields:
                user.simulator.library.add(2, missing={field})
            user.simulator.library.add(2, missing=set(fields))
            user.pull_all()
            check_names(user.sandbox)

    # What goes wrong

    def test_expired_sign_in_in_mid_run(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 60) as user:
            user.simulator.faults.expired = Fault(after=20)
            result = user.pull("--jobs", "2")
            assert result.exit == Exit.AUTH, result
            assert ACCOUNT in result.stderr + str(result.summary), "the message does not name the account"
            assert 0 < result.number("saved") < 60
            assert len(user.sandbox.files()) == result.number("saved")
            assert _asked_again(user.simulator.requests, status=401) == []
            user.simulator.faults.clear()
            saved = result.number("saved")
            assert user.pull_all().number("saved") == 60 - saved

    @pytest.mark.parametrize("kind", ["list", "content"])
    @pytest.mark.parametrize("fault", ["throttle", "throttle_date"])
    def test_throttled_with_retry_after(self, tmp_path: Path, kind: str, fault: str) -> None:
        with self.user(tmp_path, 15) as user:
            user.simulator.faults.set(fault, {"value": 1, "times": 1, "on": kind})
            assert _number(user.pull_all().summary["retries"]) >= 1
            requests = [record for record in user.simulator.requests if record.kind == kind]
            refused = next(record for record in requests if record.status == 429)
            again = next(record for record in requests if record.path == refused.path and record.at > refused.at)
            assert again.at - refused.at >= 0.9, "Retry-After was not waited for"

    @pytest.mark.parametrize("kind", ["list", "content"])
    def test_throttled_without_retry_after(self, tmp_path: Path, kind: str) -> None:
        with self.user(tmp_path, 15) as user:
            user.simulator.faults.throttle = Fault(times=2, on=kind)
            assert _number(user.pull_all().summary["retries"]) >= 1

    @pytest.mark.parametrize("kind", ["list", "content"])
    @pytest.mark.parametrize("status", [500, 503])
    def test_server_errors_pass(self, tmp_path: Path, kind: str, status: int) -> None:
        with self.user(tmp_path, 15) as user:
            user.simulator.faults.server_error = Fault(value=status, times=2, on=kind)
            user.pull_all()

    @pytest.mark.parametrize("kind", ["list", "content"])
    def test_dropped_connections_pass(self, tmp_path: Path, kind: str) -> None:
        with self.user(tmp_path, 15) as user:
            user.simulator.faults.drop = Fault(times=2, on=kind)
            user.pull_all()

    @pytest.mark.parametrize("kind", ["list", "content"])
    def test_truncated_bodies_pass(self, tmp_path: Path, kind: str) -> None:
        with self.user(tmp_path, 15) as user:
            user.simulator.faults.truncate = Fault(times=2, on=kind)
            user.pull_all()

    @pytest.mark.parametrize("fault", ["ignore_range", "wrong_range", "short_range", "refuse_range"])
    def test_ranges_that_do_not_fit(self, tmp_path: Path, fault: str) -> None:
        with self.user(tmp_path, 8) as user:
            user.simulator.faults.truncate = Fault(times=2)
            user.simulator.faults.set(fault, {"times": 2})
            user.pull_all()

    @pytest.mark.parametrize("kind", ["list", "content"])
    def test_no_credential_follows_a_redirect(self, tmp_path: Path, kind: str) -> None:
        with self.user(tmp_path, 10) as user:
            user.simulator.faults.redirect = Fault(on=kind)
            user.pull_all()
            assert user.simulator.leaks == []

    def test_wrong_bytes_are_refused(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 10, gaps=False) as user:
            item = user.some_item(position=4)
            user.simulator.faults.wrong_bytes = Fault(items={item.id})
            self._check_one_failure(user, item, {Reason.HASH_MISMATCH})

    @pytest.mark.parametrize("more", [1, 3 << 30])
    @pytest.mark.parametrize("fault", ["oversize", "chunked"])
    def test_more_bytes_than_listed_are_not_written(self, tmp_path: Path, fault: str, more: int) -> None:
        if fault == "oversize":
            more = min(more, 1 << 20)  # kept in memory by the simulator
        with self.user(tmp_path, 10, gaps=False) as user:
            item = user.some_item(position=4)
            user.simulator.faults.set(fault, {"items": [item.id], "value": more})
            self._check_one_failure(user, item, {Reason.SIZE_MISMATCH})

    @pytest.mark.parametrize("kind", list(Kind)[:2])
    def test_half_a_content_with_a_length_that_fits_is_refused(self, tmp_path: Path, kind: Kind) -> None:
        with self.user(tmp_path, 10, gaps=False) as user:
            (id_,) = user.simulator.library.add(kind=kind)
            user.simulator.faults.half = Fault(items={id_})
            item = next(each for each in user.expected() if each.id == id_)
            self._check_one_failure(user, item, {Reason.TRUNCATED, Reason.SIZE_MISMATCH})

    def test_half_a_content_that_comes_once_is_requested_again(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 10) as user:
            user.simulator.faults.half = Fault(times=1)
            user.pull_all()

    def test_contents_without_a_length_are_taken(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 10) as user:
            user.simulator.faults.chunked = Fault()
            user.pull_all()

    @pytest.mark.parametrize("fault", ["truncate", "half", "html"])
    def test_what_never_comes_right_costs_few_requests(self, tmp_path: Path, fault: str) -> None:
        with self.user(tmp_path, 4, gaps=False) as user:
            user.simulator.faults.set(fault, {"items": [user.some_item(position=1).id], "on": "content"})
            assert user.pull().exit == Exit.PARTIAL
            user.simulator.forget()
            assert user.pull().exit == Exit.PARTIAL
            assert user.simulator.counts["content"] <= _MOST_REQUESTS_FOR_ONE_CONTENT

    @pytest.mark.parametrize("fault", ["html", "json"])
    def test_pages_in_place_of_pictures_are_refused(self, tmp_path: Path, fault: str) -> None:
        with self.user(tmp_path, 10, gaps=False) as user:
            item = user.some_item(position=4)
            user.simulator.faults.set(fault, {"items": [item.id]})
            self._check_one_failure(user, item, {Reason.NOT_MEDIA, Reason.SIZE_MISMATCH, Reason.BAD_ANSWER})

    def test_content_that_is_not_there(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 10) as user:
            item = user.some_item(position=4)
            user.simulator.faults.not_found = Fault(items={item.id})
            self._check_one_failure(user, item, {Reason.NOT_FOUND})

    @pytest.mark.parametrize("fault", ["html", "json"])
    def test_pages_in_place_of_a_listing_are_no_listing(self, tmp_path: Path, fault: str) -> None:
        with self.user(tmp_path, 10) as user:
            user.pull_all()
            before = user.sandbox.hashes()
            user.simulator.faults.set(fault, {"on": "list"})
            result = user.pull("--full")
            assert result.exit == Exit.TEMPORARY, result
            assert result.summary["complete"] is False
            assert user.sandbox.hashes() == before
            user.simulator.faults.clear()
            user.pull_all("--full")

    @pytest.mark.parametrize("fault", ["html", "json", "half_json"])
    def test_one_page_in_place_of_a_listing_passes(self, tmp_path: Path, fault: str) -> None:
        with self.user(tmp_path, 10) as user:
            user.simulator.faults.set(fault, {"on": "list", "times": 1})
            user.pull_all()

    def _check_one_failure(self, user: User, item: ExpectedItem, reasons: Iterable[Reason]) -> None:
        """One item fails for one of `reasons`, all others are saved; the next run, without the fault, saves it too."""
        result = user.pull()
        assert result.exit == Exit.PARTIAL, result
        assert [error["id"] for error in result.errors] == [item.id]
        assert set(result.reasons) <= set(reasons)
        wanted = Counter(each.md5 for each in user.expected() if each.id != item.id)
        assert user.sandbox.hashes() == wanted
        user.simulator.faults.clear()
        assert user.pull_all().number("saved") == 1

    # What ends a run

    def test_killed_between_items(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 80) as user:
            user.simulator.faults.latency = Fault(value=0.02, on="content")
            self._kill(user, lambda: user.simulator.counts["content"] >= 30)
            user.check_nothing_foreign()
            user.simulator.faults.clear()
            user.pull_all()

    def test_killed_in_the_middle_of_items(self, tmp_path: Path) -> None:
        with self.user(tmp_path, 30) as user:
            stall = user.simulator.faults.stall = Fault(value=600, after=5)
            self._kill(user, lambda: stall.fired >= 1 and user.simulator.counts["content"] >= 5)
            user.check_nothing_foreign()
            user.simulator.faults.clear()
            user.pull_all()
            assert user.pull_all("--full").number("saved") == 0

    def _kill(self, user: User, when: Callable[[], bool]) -> None:
        process = user.sandbox.start(*user.simulator.command(ACCOUNT))
        try:
            reached = user.simulator.wait_for(lambda: when() or process.poll() is not None, RUN_TIMEOUT_S)
            assert reached, "the run made no progress"
            assert process.poll() is None, f"the run ended too early: {process.communicate()}"
        finally:
            process.kill()
            process.communicate()


def _asked_again(requests: Iterable[RequestRecord], status: int) -> list[str]:
    """The requests that were repeated after an answer with `status`."""
    answered: set[str] = set()
    again = []
    for record in requests:
        if record.path in answered:
            again.append(record.path)
        if record.status == status:
            answered.add(record.path)
    return again


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
