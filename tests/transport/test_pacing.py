from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from photosync import clock
from photosync.errors import CancelledError
from photosync.transport import BandwidthLimit
from photosync.transport.pacing import Pacer
from tests.transport.scripted_server import Memory, Opener, Reply, Request, Server, throttled


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


def test_the_interval_doubles_when_refused_and_shrinks_with_success() -> None:
    pacer = Pacer()
    intervals = []
    for _ in range(3):
        pacer.refused(clock.monotonic(), None)
        intervals.append(pacer.interval_s)
    assert intervals == [0.25, 0.5, 1.0]
    pacer.succeeded()
    assert pacer.interval_s == pytest.approx(0.9)
    for _ in range(100):
        pacer.succeeded()
    assert pacer.interval_s == 0


def test_the_interval_stays_between_the_providers_pause_and_thirty_seconds() -> None:
    pacer = Pacer(pause_s=1.0)
    for _ in range(10):
        pacer.refused(clock.monotonic(), None)
    assert pacer.interval_s == 30
    for _ in range(100):
        pacer.succeeded()
    assert pacer.interval_s == 1.0


def test_requests_refused_together_are_one_refusal() -> None:
    pacer = Pacer()
    together = [pacer.wait() for _ in range(8)]
    for started in together:
        pacer.refused(started, None)
    assert pacer.interval_s == 0.25


def test_who_waits_for_a_turn_is_held_by_a_later_retry_after() -> None:
    pacer = Pacer(pause_s=0.1)
    started = pacer.wait()
    waiting = threading.Thread(target=pacer.wait)
    waiting.start()
    refused_at = clock.monotonic()
    pacer.refused(started, 0.5)
    waiting.join()
    assert clock.monotonic() - refused_at >= 0.5


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
        pacer.succeeded()
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
