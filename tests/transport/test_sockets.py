"""Waits for a peer are bounded: for one that is too slow, and by the end of the run."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.errors import CancelledError, LostAnswerError, TemporaryError
from photosync.transport import BandwidthLimit, Transport
from tests.transport.scripted_server import QUICK, Memory, Opener, Reply, Request, Server

WINDOW_S = 0.5
"""And the read time-out, so that a busy machine that sends nothing for a while is no silent peer."""
SLOW = replace(QUICK, max_attempts=2, slow_window_s=WINDOW_S, slow_window_bytes=100)
"""Fewer than 100 bytes within half a second are too few."""
IN_TIME_S = 10.0
"""What it takes here otherwise is 20 s and more."""
GOOD = Reply(200, b"good")


class TestAPeerThatIsTooSlow:
    @pytest.mark.parametrize("drips_head", [False, True])
    def test_is_left_and_tried_again(self, server: Server, opened: Opener, *, drips_head: bool) -> None:
        url = server.on("/a", Reply(200, b"x" * 1000, drip_s=0.02, drips_head=drips_head), GOOD)
        began = time.monotonic()
        assert opened(SLOW, read_timeout_s=WINDOW_S).request("GET", url).body == b"good"
        assert time.monotonic() - began < IN_TIME_S
        assert len(opened.waits) == 1

    def test_ends_the_request_when_it_stays_so(self, server: Server, opened: Opener) -> None:
        url = server.on("/a", Reply(200, b"x" * 1000, drip_s=0.02))
        with pytest.raises(
            TemporaryError, match=r"sent too little: fewer than 100 bytes within 0.5 s; gave up after 2 tr"
        ):
            opened(SLOW, read_timeout_s=WINDOW_S).request("GET", url)

    @pytest.mark.parametrize("status", [200, 404])
    def test_may_send_steadily_but_not_for_ever(self, server: Server, opened: Opener, status: int) -> None:
        url = server.on("/a", Reply(status, b"x" * 60_000, drip_s=0.001))  # a minute
        policy = replace(QUICK, max_attempts=2, answer_limit_s=0.2)
        with pytest.raises(TemporaryError, match=r"took more than 0.2 s for an answer; gave up after 2 tries"):
            opened(policy).request("GET", url)

    def test_ends_a_download(self, server: Server, opened: Opener) -> None:
        url = server.on("/a", Reply(200, b"x" * 1000, drip_s=0.02))
        with pytest.raises(TemporaryError, match="sent too little"):
            opened(SLOW, read_timeout_s=WINDOW_S).download(url, Memory())

    def test_leaves_it_open_what_became_of_an_upload(self, server: Server, opened: Opener) -> None:
        url = server.on("/a", Reply(200, b"x" * 1000, drip_s=0.02, drips_head=True))
        with pytest.raises(LostAnswerError):
            opened(SLOW, read_timeout_s=WINDOW_S).request("POST", url, body=b"photo", idempotent=False)

    def test_may_think_as_long_as_the_time_out_allows(self, server: Server, opened: Opener) -> None:
        def late(_: object) -> Reply:
            time.sleep(0.5)
            return GOOD

        assert opened(SLOW, read_timeout_s=5).request("GET", server.on("/a", late)).body == b"good"

    def test_is_not_one_that_is_slow_and_steady(self, server: Server, opened: Opener) -> None:
        url = server.on("/a", Reply(200, b"x" * 30, drip_s=0.06))  # more than a window, with 16 bytes
        policy = replace(SLOW, slow_window_s=1.0, slow_window_bytes=2)
        assert len(opened(policy, read_timeout_s=1.0).request("GET", url).body) == 30
        assert opened.waits == []

    def test_is_not_one_whom_the_bandwidth_limit_slows_down(self, server: Server, opened: Opener) -> None:
        policy = replace(SLOW, slow_window_bytes=100_000)
        url = server.on("/a", Reply(200, b"x" * 50_000))
        destination = Memory()
        # On the fast clock of the tests this takes a second.
        opened(policy, read_timeout_s=WINDOW_S, bandwidth=BandwidthLimit(4_000)).download(url, destination)
        assert len(destination.content) == 50_000
        assert opened.waits == []

    def test_may_be_one_that_takes_a_body(self, opened: Opener, mute: int) -> None:
        url = f"http://127.0.0.1:{mute}/a"
        with pytest.raises(LostAnswerError):
            opened(SLOW, endpoints=(url,), read_timeout_s=WINDOW_S).request(
                "POST", url, body=b"x" * 50_000_000, idempotent=False
            )


class TestTheEndOfTheRun:
    @pytest.fixture
    def cancelled(self) -> Iterator[Callable[[Callable[[], object]], None]]:
        """Does something that waits, and ends the run meanwhile."""
        alarms = []

        def check(wait: Callable[[], object]) -> None:
            alarms.append(threading.Timer(0.2, self.cancel.set))
            alarms[-1].start()
            began = time.monotonic()
            with pytest.raises(CancelledError):
                wait()
            assert time.monotonic() - began < IN_TIME_S

        self.cancel = threading.Event()
        yield check
        for alarm in alarms:
            alarm.join()

    def _transport(self, opened: Opener, url: str) -> Transport:
        policy = replace(QUICK, connect_timeout_s=60)
        return opened(policy, cancel=self.cancel, own_hosts=("https://127.0.0.1:1",), endpoints=(url,))

    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_ends_the_wait_for_an_answer_and_a_handshake(
        self, opened: Opener, mute: int, cancelled: Callable[[Callable[[], object]], None], scheme: str
    ) -> None:
        url = f"{scheme}://127.0.0.1:{mute}/a"
        cancelled(lambda: self._transport(opened, url).request("GET", url))

    def test_ends_an_upload(self, opened: Opener, mute: int, cancelled: Callable[[Callable[[], object]], None]) -> None:
        url = f"http://127.0.0.1:{mute}/a"
        cancelled(lambda: self._transport(opened, url).request("POST", url, body=b"x" * 50_000_000))

    def test_ends_a_connection_that_does_not_come_about(
        self, opened: Opener, cancelled: Callable[[Callable[[], object]], None]
    ) -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            fillers = [socket.socket() for _ in range(4)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(full.getsockname())
            url = f"http://127.0.0.1:{full.getsockname()[1]}/a"
            cancelled(lambda: self._transport(opened, url).request("GET", url))
            for filler in fillers:
                filler.close()

    @pytest.mark.parametrize("drips_head", [False, True])
    def test_ends_an_answer_that_drips(
        self,
        server: Server,
        opened: Opener,
        cancelled: Callable[[Callable[[], object]], None],
        *,
        drips_head: bool,
    ) -> None:
        url = server.on("/a", Reply(200, b"x" * 1000, drip_s=0.02, drips_head=drips_head))
        cancelled(lambda: self._transport(opened, url).download(url, Memory()))

    def test_ends_an_answer_over_tls(
        self,
        opened: Opener,
        secure: Server,
        certificate: Path,
        monkeypatch: pytest.MonkeyPatch,
        cancelled: Callable[[Callable[[], object]], None],
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        never = threading.Event()
        url = secure.on("/a", Reply(200, b"x" * 200, cut=100, hold=never))
        cancelled(lambda: self._transport(opened, url).download(url, Memory()))
        never.set()


class TestTheFirstAttemptAtADownload:
    """How long a silent service is waited for: as long as it took before, and a margin."""

    POLICY = replace(QUICK, early_timeout_s=0.3)
    PHOTO = Reply(200, b"x" * 100, {"Content-Type": "image/jpeg"})

    def _held(self, held: threading.Event) -> Reply:
        return replace(self.PHOTO, cut=50, hold=held)

    def test_does_not_wait_long_at_a_service_that_is_quick(self, server: Server, opened: Opener) -> None:
        never, content = threading.Event(), Memory()
        transport = opened(self.POLICY)
        transport.request("GET", server.on("/page", Reply(200, b"[]")))
        began = time.monotonic()
        transport.download(server.on("/a", self._held(never), self.PHOTO), content)
        never.set()
        assert time.monotonic() - began < 20  # of the 60 s of the usual time-out
        assert content.content == self.PHOTO.body
        assert [wait.reason for wait in opened.waits] == [f"127.0.0.1:{server.port} stalled in mid-answer"]

    def test_is_followed_by_attempts_that_wait_longer(self, server: Server, opened: Opener) -> None:
        never = threading.Event()
        transport = opened(self.POLICY, read_timeout_s=0.5)
        transport.request("GET", server.on("/page", Reply(200, b"[]")))
        began = time.monotonic()
        with pytest.raises(TemporaryError):
            transport.download(server.on("/a", self._held(never)), Memory())
        never.set()
        assert time.monotonic() - began >= 0.3 + 0.5 + 0.5

    def test_waits_longer_at_a_service_that_is_slow(self, server: Server, opened: Opener) -> None:
        def slow(_: Request) -> Reply:
            time.sleep(0.5)
            return self.PHOTO

        transport = opened(self.POLICY)
        transport.download(server.on("/a", slow), Memory())  # the first wait of all is the usual one
        transport.download(server.on("/b", slow), Memory())
        assert transport.retries == 0


def test_a_handshake_that_does_not_end_is_left(opened: Opener, mute: int) -> None:
    policy = replace(QUICK, max_attempts=1, connect_limit_s=0.3)
    with pytest.raises(TemporaryError, match="no connection"):
        url = f"https://127.0.0.1:{mute}/a"
        opened(policy, endpoints=(url,)).request("GET", url)
