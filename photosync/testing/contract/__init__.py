"""The tests that every provider must pass against its simulator, with the real command in a separate process.

A provider's tests subclass `ProviderContract` and say how a simulator is made:

    class TestAmazon(ProviderContract):
        simulator_type = AmazonSimulator

Where a service lacks a feature (a hash, for example), the subclass says so in an attribute of `ContractBase`, and the
case is skipped. Each case checks what a user has at the end: files on the disk, the exit status, the summary. This
module needs pytest, and is the only one here that does; `pytest.register_assert_rewrite("photosync.testing.contract")`
in a `conftest.py` makes its assertion messages more detailed. Long cases have the mark `slow`, which a project
registers in its pytest configuration.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.contract.faults import FaultCases
from photosync.testing.faults import Fault
from photosync.testing.names import HOSTILE_NAMES
from photosync.testing.user import ACCOUNT, RUN_TIMEOUT_S, User, check_names, file_times


class ProviderContract(FaultCases):
    """The suite. pytest collects subclasses whose names begin with `Test`."""

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
