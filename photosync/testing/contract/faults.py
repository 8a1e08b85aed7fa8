"""The cases in which the service, or the connection to it, does something wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from photosync.errors import Exit, Reason
from photosync.model import Kind
from photosync.testing.contract.base import ContractBase
from photosync.testing.faults import Fault
from photosync.testing.library import ExpectedItem
from photosync.testing.request_log import RequestRecord
from photosync.testing.user import ACCOUNT, User

_MOST_REQUESTS_FOR_ONE_CONTENT = 12
"""Six tries, at services that redirect each of them."""


class FaultCases(ContractBase):
    """Short faults pass; one that lasts fails for its item alone, and the next run brings it."""

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
            assert user.pull_all().number("retries") >= 1
            requests = [record for record in user.simulator.requests if record.kind == kind]
            refused = next(record for record in requests if record.status == 429)
            again = next(record for record in requests if record.path == refused.path and record.at > refused.at)
            assert again.at - refused.at >= 0.9, "Retry-After was not waited for"

    @pytest.mark.parametrize("kind", ["list", "content"])
    def test_throttled_without_retry_after(self, tmp_path: Path, kind: str) -> None:
        with self.user(tmp_path, 15) as user:
            user.simulator.faults.throttle = Fault(times=2, on=kind)
            assert user.pull_all().number("retries") >= 1

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
