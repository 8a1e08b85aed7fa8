from __future__ import annotations

import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from photosync import clock
from photosync.errors import CancelledError, LostAnswerError, ProviderError, Reason, StorageFullError, TemporaryError
from photosync.transport import Wait
from photosync.transport.retry import retry_after_s
from tests.transport.scripted_server import QUICK, Opener, Reply, Server, throttled

GOOD = Reply(200, b"good")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 520])
def test_a_passing_trouble_is_tried_again(server: Server, opened: Opener, status: int) -> None:
    url = server.on("/a", Reply(status, b"not now"), GOOD)
    transport = opened()
    assert transport.request("GET", url).body == b"good"
    assert (transport.requests, transport.retries) == (2, 1)
    assert opened.waits == [Wait(f"{status} from 127.0.0.1:{server.port}", opened.waits[0].seconds, 1)]


@pytest.mark.parametrize(("method", "needs_storage"), [("GET", True), ("DELETE", True), ("POST", False)])
def test_a_full_storage_is_none_of_a_request_that_needs_none(
    server: Server, opened: Opener, method: str, needs_storage: bool
) -> None:
    url = server.on("/a", Reply(507, b"not now"), GOOD)
    assert opened().request(method, url, needs_storage=needs_storage).body == b"good"
    with pytest.raises(StorageFullError):
        opened().request("POST", server.on("/b", Reply(507, b"full")))


@pytest.mark.parametrize("status", [400, 403, 404, 409, 475])
def test_a_refusal_for_good_is_not_tried_again(server: Server, opened: Opener, status: int) -> None:
    url = server.on("/a/b", Reply(status, b'{"message": "no such thing"}'))
    with pytest.raises(ProviderError) as caught:
        opened().request("GET", url, params={"key": "hidden"})
    assert str(caught.value) == (f'GET 127.0.0.1:{server.port}/a/b answered {status}: {{"message": "no such thing"}}')
    assert (caught.value.status, caught.value.body) == (status, b'{"message": "no such thing"}')
    assert len(server.requests) == 1


def test_a_connection_closed_without_an_answer_is_tried_again(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(dropped=True), GOOD)
    assert opened().request("GET", url).body == b"good"
    assert opened.waits[0].reason == f"the connection to 127.0.0.1:{server.port} was lost"


def test_an_answer_cut_short_is_tried_again(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(200, b"0123456789", cut=4), Reply(200, b"0123456789"))
    assert opened().request("GET", url).body == b"0123456789"


def test_a_server_that_stalls_is_left_after_the_read_timeout(server: Server, opened: Opener) -> None:
    never = threading.Event()
    url = server.on("/a", Reply(200, b"0123456789", cut=4, hold=never), Reply(200, b"0123456789"))
    assert opened(read_timeout_s=0.1).request("GET", url).body == b"0123456789"
    assert opened.waits[0].reason == f"127.0.0.1:{server.port} stalled in mid-answer"
    never.set()


def test_a_request_may_have_a_timeout_of_its_own(server: Server, opened: Opener) -> None:
    never = threading.Event()
    url = server.on("/a", Reply(200, b"0123456789", cut=4, hold=never), GOOD)
    assert opened(read_timeout_s=60).request("GET", url, timeout_s=0.1).body == b"good"
    never.set()


def test_server_errors_are_tried_only_so_often(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(500, b"broken"))
    transport = opened()
    with pytest.raises(TemporaryError, match=r"500 from .*; gave up after 3 tries") as caught:
        transport.request("GET", url)
    assert caught.value.reason is Reason.SERVER_ERROR
    assert len(server.requests) == 3
    assert transport.refusals == 0


def test_throttling_is_bounded_by_the_time_budget_alone(server: Server, opened: Opener) -> None:
    url = server.on("/a", *[throttled("0.01")] * 2, GOOD)
    transport = opened(replace(QUICK, max_attempts=1))
    assert transport.request("GET", url).body == b"good"
    assert len(server.requests) == 3
    assert transport.refusals == 2


def test_throttling_ends_with_the_budget(server: Server, opened: Opener) -> None:
    url = server.on("/a", throttled())
    with pytest.raises(TemporaryError) as caught:
        opened(replace(QUICK, retry_budget_s=0.3)).request("GET", url)
    assert caught.value.reason is Reason.THROTTLED


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for(server: Server, opened: Opener, status: int) -> None:
    url = server.on("/a", throttled("0.3", status), GOOD)
    began = clock.monotonic()
    opened().request("GET", url)
    assert clock.monotonic() - began >= 0.3
    assert opened.waits[0].seconds == 0.3


def test_retry_after_as_a_date_is_read_by_the_services_own_clock(server: Server, opened: Opener) -> None:
    wrong_clock = datetime(2001, 1, 1, tzinfo=UTC)
    asked = format_datetime(wrong_clock + timedelta(seconds=1), usegmt=True)
    url = server.on("/a", throttled(asked, Date=format_datetime(wrong_clock, usegmt=True)), GOOD)
    opened().request("GET", url)
    assert opened.waits[0].seconds == 1


def test_retry_after_as_a_date_is_read_by_our_clock_where_the_service_shows_none() -> None:
    asked = datetime.now(UTC) + timedelta(seconds=100)
    assert 95 < (retry_after_s({"Retry-After": format_datetime(asked, usegmt=True)}) or 0) <= 100
    assert retry_after_s({"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}) == 0


@pytest.mark.parametrize("value", ["", "soon", "-1", "nan", "inf", "Fri, 99 Dec"])
def test_a_retry_after_that_is_nonsense_is_ignored(value: str) -> None:
    assert retry_after_s({"Retry-After": value}) is None


def test_a_retry_after_beyond_the_budget_ends_at_once_and_is_reported(server: Server, opened: Opener) -> None:
    url = server.on("/a", throttled("3600"))
    transport = opened()
    with pytest.raises(TemporaryError, match="asks to wait 3600 s") as caught:
        transport.request("GET", url)
    assert caught.value.reason is Reason.THROTTLED
    assert (len(server.requests), opened.waits) == (1, [])
    with pytest.raises(TemporaryError, match="not sent"):
        transport.request("GET", url)
    assert len(server.requests) == 1


def test_a_retry_after_is_capped(server: Server, opened: Opener) -> None:
    url = server.on("/a", throttled("3600"), GOOD)
    opened(replace(QUICK, retry_after_cap_s=0.05)).request("GET", url)
    assert opened.waits[0].seconds == 0.05


def test_a_dead_host_is_reported_quickly(opened: Opener, unused_port: int) -> None:
    policy = replace(QUICK, max_attempts=1000, retry_budget_s=600, first_contact_budget_s=2, backoff_cap_s=0.05)
    url = f"http://127.0.0.1:{unused_port}/a"
    transport = opened(policy, endpoints=(url,))
    with pytest.raises(TemporaryError, match="refuses connections") as caught:
        transport.request("GET", url)
    assert caught.value.reason is Reason.UNREACHABLE
    assert 1 < transport.requests < 500


def test_a_host_that_answered_once_has_the_whole_budget(server: Server, opened: Opener, unused_port: int) -> None:
    policy = replace(QUICK, max_attempts=4, first_contact_budget_s=0)
    url = f"http://127.0.0.1:{unused_port}/a"
    transport = opened(policy, endpoints=(url,))
    transport.request("GET", server.on("/a", GOOD))
    with pytest.raises(TemporaryError, match="gave up after 4 tries"):
        transport.request("GET", url)


def test_a_name_that_does_not_exist_is_said_to_be_one(opened: Opener) -> None:
    with pytest.raises(TemporaryError, match=r"the name no-such-host\.invalid cannot be resolved"):
        opened(replace(QUICK, max_attempts=1)).request("GET", "https://no-such-host.invalid/a?key=hidden")


class TestWhatMustNotBeRepeated:
    @pytest.mark.parametrize("reply", [throttled(), throttled("0.01"), throttled("0.01", 503)])
    def test_is_repeated_when_it_was_not_processed(self, server: Server, opened: Opener, reply: Reply) -> None:
        url = server.on("/a", reply, GOOD)
        assert opened().request("POST", url, body=b"once", idempotent=False).body == b"good"
        assert [request.body for request in server.requests] == [b"once", b"once"]

    def test_is_repeated_when_no_connection_came_about(self, opened: Opener, unused_port: int) -> None:
        url = f"http://127.0.0.1:{unused_port}/a"
        transport = opened(endpoints=(url,))
        with pytest.raises(TemporaryError, match="gave up after 3 tries"):
            transport.request("POST", url, idempotent=False)
        assert transport.retries == 2

    @pytest.mark.parametrize("status", [408, 500, 503, 504])
    def test_is_left_to_the_provider_after_a_server_error(self, server: Server, opened: Opener, status: int) -> None:
        url = server.on("/a", Reply(status, b"perhaps"), GOOD)
        with pytest.raises(LostAnswerError, match="perhaps") as caught:
            opened().request("POST", url, idempotent=False)
        assert (caught.value.status, len(server.requests)) == (status, 1)

    def test_is_not_repeated_after_a_lost_connection(self, server: Server, opened: Opener) -> None:
        url = server.on("/a", Reply(dropped=True), GOOD)
        with pytest.raises(LostAnswerError, match="may have been done"):
            opened().request("POST", url, idempotent=False)
        assert len(server.requests) == 1


def test_a_body_is_opened_anew_for_each_try(server: Server, opened: Opener, tmp_path: Path) -> None:
    url = server.on("/a", Reply(500), Reply(500), GOOD)
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"from a file")
    opened().request("PUT", url, body=lambda: file.open("rb"))
    assert [request.body for request in server.requests] == [b"from a file"] * 3


def test_a_cancelled_run_ends_in_the_middle_of_a_wait(server: Server, opened: Opener) -> None:
    cancel = threading.Event()
    url = server.on("/a", throttled("200"))
    transport = opened(replace(QUICK, retry_budget_s=600), cancel=cancel, on_wait=lambda wait: cancel.set())
    with pytest.raises(CancelledError):
        transport.request("GET", url)
    with pytest.raises(CancelledError):
        transport.request("GET", url)
    assert len(server.requests) == 1


def test_a_cancelled_run_sends_nothing_more(server: Server, opened: Opener) -> None:
    cancel = threading.Event()
    transport = opened(cancel=cancel)
    url = server.on("/a", GOOD)
    transport.request("GET", url)
    cancel.set()
    with pytest.raises(CancelledError):
        transport.request("GET", url)
    assert len(server.requests) == 1


def test_a_provider_can_say_not_now(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(403, b"quota exceeded"), GOOD)
    error = TemporaryError("the quota is used up", Reason.THROTTLED)
    transport = opened(classify=lambda answer: error if b"quota" in answer.body else None)
    assert transport.request("GET", url).body == b"good"
    server.on("/a", Reply(403, b"quota exceeded"))
    with pytest.raises(TemporaryError, match="the quota is used up"):
        opened(replace(QUICK, retry_budget_s=0.05), classify=lambda answer: error).request("GET", url)


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
