from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from itertools import pairwise

import pytest

from photosync import clock
from photosync.errors import CancelledError, ProviderError, Reason, TemporaryError
from photosync.transport import BandwidthLimit, Policy
from photosync.transport.pacing import Pacer
from tests.transport.scripted_server import QUICK, Memory, Opener, Reply, Request, Server, redirect, throttled

ROUNDING_S = 1e-3


def test_there_is_a_pause_between_the_starts_of_requests_of_all_threads(server: Server, opened: Opener) -> None:
    transport = opened(pause_s=0.05)
    url = server.on("/a", Reply(200, b"good"))
    began = clock.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: transport.request("GET", url), range(5)))
    assert clock.monotonic() - began >= 4 * 0.05


def test_a_retry_after_holds_all_threads(server: Server, opened: Opener) -> None:
    answered_at: dict[str, float] = {}

    def noting(reply: Reply) -> Callable[[Request], Reply]:
        def answer(request: Request) -> Reply:
            answered_at.setdefault(request.path, clock.monotonic())
            return reply

        return answer

    url = server.on("/a", noting(throttled("0.4")), Reply(200, b"good"))
    other = server.on("/b", noting(Reply(200, b"good")))
    refused = threading.Event()
    transport = opened(on_wait=lambda wait: refused.set())
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(transport.request, "GET", url)
        assert refused.wait(10)
        transport.request("GET", other)
        first.result()
    assert answered_at["/b"] - answered_at["/a"] >= 0.4


def test_a_service_that_accepts_nothing_more_is_asked_less_and_less() -> None:
    pacer = Pacer()
    pacer.accepted()
    holds: list[float] = []
    for _ in range(6):
        started = pacer.wait()
        pacer.refused(started, None)
        holds.append(pacer.total_held_s - sum(holds))
        assert pacer.wait() - started >= holds[-1] - ROUNDING_S
    assert sum(holds) > 2
    assert all(later > earlier - ROUNDING_S for earlier, later in pairwise(holds))


def test_after_a_refusal_one_request_at_a_time_is_sent_until_one_is_accepted() -> None:
    pacer = Pacer()
    pacer.refused(pacer.wait(), 1.0)
    with ThreadPoolExecutor(8) as pool:
        turns = [pool.submit(pacer.wait) for _ in range(100)]
        first = next(as_completed(turns)).result()
        pacer.accepted()
    assert max(turn.result() for turn in turns) - first < 20  # and then all: four in a second would take 25


def test_a_service_that_fails_without_a_refusal_is_not_asked_less(server: Server, opened: Opener) -> None:
    url = server.on("/a", *[Reply(503, b"broken")] * 5, Reply(200, b"good"))
    transport = opened(replace(QUICK, max_attempts=6))
    for _ in range(6):
        transport.request("GET", url)
    assert (transport.held_s, transport.limit_per_s) == (0, None)


def test_a_retry_after_is_obeyed_for_its_length() -> None:
    pacer = Pacer()
    began = clock.monotonic()
    for _ in range(10):
        pacer.refused(clock.monotonic(), 1.0)
    assert pacer.wait() - began >= 0.9
    assert pacer.total_held_s < 5


class TestAServiceThatRefusesForAShortTime:
    """Ten times 503 with `Retry-After: 1`, or 429 without it; then it works."""

    @pytest.mark.parametrize("refusal", [throttled("1", 503), throttled()])
    def test_loses_no_item_and_little_time(self, server: Server, opened: Opener, refusal: Reply) -> None:
        url = server.on("/a", *[refusal] * 10, Reply(200, b"good"))
        transport = opened(Policy())
        began = clock.monotonic()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: transport.request("GET", url).body, range(50)))
        assert answers == [b"good"] * 50
        assert clock.monotonic() - began < 60
        assert transport.requests == 60

    def test_does_not_take_the_budget_of_those_who_wait_for_their_turn(self, server: Server, opened: Opener) -> None:
        # The budget of a request is less than all of them need one after the other.
        transport = opened(replace(QUICK, retry_budget_s=6), pause_s=1.0)
        urls = [server.on(f"/{number}", Reply(500, b"broken"), Reply(200, b"good")) for number in range(5)]
        with ThreadPoolExecutor(5) as pool:
            assert list(pool.map(lambda url: transport.request("GET", url).body, urls)) == [b"good"] * 5

    @pytest.mark.parametrize("value", ["0", "-5", "soon", "Fri, 31 Dec 1999 23:59:59 GMT"])
    def test_that_asks_for_no_wait_is_not_asked_all_the_time(self, server: Server, opened: Opener, value: str) -> None:
        url = server.on("/a", throttled(value))
        with pytest.raises(TemporaryError, match="gave up") as caught:
            opened(replace(Policy(), retry_budget_s=10)).request("GET", url)
        assert caught.value.reason is Reason.THROTTLED
        assert len(server.requests) <= 20

    @pytest.mark.parametrize("value", ["1e300", "Fri, 31 Dec 9999 23:59:59 GMT"])
    def test_that_asks_for_ages_is_believed_at_once(self, server: Server, opened: Opener, value: str) -> None:
        url = server.on("/a", throttled(value))
        with pytest.raises(TemporaryError, match=r"gave up after 1 try\. The service asks to wait more than a day\."):
            opened(Policy()).request("GET", url)


def test_requests_refused_together_are_one_refusal() -> None:
    pacer = Pacer()
    together = [pacer.wait() for _ in range(8)]
    for started in together:
        pacer.refused(started, None)
    assert pacer.total_held_s < 1


def test_a_service_that_is_down_is_asked_a_few_times_a_second() -> None:
    pacer = Pacer()
    for _ in range(100):
        pacer.failed()
    began = pacer.wait()
    assert pacer.wait() - began >= 0.25
    pacer.accepted()
    began = clock.monotonic()
    for _ in range(100):
        pacer.wait()
    assert clock.monotonic() - began < 20, "a few times a second would take 25"


def test_who_waits_for_a_turn_is_held_by_a_later_retry_after() -> None:
    pacer = Pacer(pause_s=10)
    started = pacer.wait()
    waiting = threading.Thread(target=pacer.wait)
    waiting.start()
    refused_at = clock.monotonic()
    pacer.refused(started, 12)
    waiting.join()
    assert clock.monotonic() - refused_at >= 12


def test_a_turn_ends_at_once_when_the_run_does() -> None:
    pacer = Pacer(pause_s=60)
    pacer.wait()
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CancelledError):
        pacer.wait(cancel)


def test_no_pacing_costs_nothing() -> None:
    pacer = Pacer()
    began = time.process_time()
    for _ in range(10_000):
        pacer.wait()
    assert time.process_time() - began < 10_000 * 20e-6


def test_the_bandwidth_limit_is_shared_by_all_accounts(server: Server, opened: Opener) -> None:
    limit = BandwidthLimit(200_000)
    url = server.on("/a", Reply(200, bytes(50_000), {"Content-Type": "image/jpeg"}))
    transports = [opened(bandwidth=limit), opened(bandwidth=limit)]
    began = clock.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: transports[number % 2].download(url, Memory()), range(4)))
    assert clock.monotonic() - began >= 200_000 / 200_000 - 0.25


def test_a_stream_keeps_to_the_bandwidth_limit_too(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(200, bytes(60_000)))
    began = clock.monotonic()
    with opened(bandwidth=BandwidthLimit(100_000)).stream("GET", url) as (_, chunks):
        assert sum(map(len, chunks)) == 60_000
    assert clock.monotonic() - began >= 0.6 - 0.25


def test_a_wait_for_bandwidth_ends_at_once_when_the_run_does() -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CancelledError):
        BandwidthLimit(1).take(1_000_000, cancel)


def test_answers_about_single_items_end_the_time_of_single_requests(server: Server, opened: Opener) -> None:
    transport = opened()
    url = server.on("/refused", Reply(429), Reply(200, b"good"))
    gone = server.on("/gone", Reply(404))
    transport.request("GET", url)
    server.on("/refused", *[Reply(429)] * 8, Reply(404))  # from then on two seconds and more between requests
    with pytest.raises(ProviderError):
        transport.request("GET", url)
    began = clock.monotonic()
    for _ in range(40):
        with pytest.raises(ProviderError):
            transport.request("GET", gone)
    assert clock.monotonic() - began < 50, "one request at a time, as long as nothing is known to be accepted"


def test_a_redirect_is_not_followed_while_the_service_asks_for_more_than_the_budget(
    server: Server, opened: Opener
) -> None:
    transport, content = opened(QUICK), server.on("/b", Reply(200, b"good"))
    refused = server.on("/refused", throttled("500"))

    def refuse_others_meanwhile(_: Request) -> Reply:
        with pytest.raises(TemporaryError):
            transport.request("GET", refused)
        return redirect(content)

    began = clock.monotonic()
    with pytest.raises(TemporaryError, match="asked to wait") as caught:
        transport.request("GET", server.on("/a", refuse_others_meanwhile))
    assert caught.value.reason is Reason.THROTTLED
    assert clock.monotonic() - began < 50
    assert [each.path for each in server.requests] == ["/a", "/refused"]
