"""How long one request takes at most: the table in docs/retrying.md, with the real policy on the fast clock.

Slow, since even a tenth of these times is long.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from photosync import clock
from photosync.errors import TemporaryError
from photosync.transport import Policy, TransportSettings
from tests.transport.scripted_server import Memory, Opener, Reply, Server, throttled

PAGE = (Path(__file__).parents[2] / "docs/retrying.md").read_text()
TABLE = PAGE.split("| the service | at most |\n| --- | --- |\n")[1].split("\n\n")[0]
MOST_S = {row.split(" | ")[0].removeprefix("| "): float(row.split(" | ")[1].split()[0]) for row in TABLE.splitlines()}
SILENT = threading.Event()
"""Never set."""
PHOTO = {"Content-Type": "image/jpeg"}
REPLIES = {
    "closes each connection without an answer": Reply(dropped=True),
    "answers 500": Reply(500, b"broken"),
    "answers 429 without `Retry-After`": throttled(),
    "answers 429 with `Retry-After: 1`": throttled("1"),
    "answers 429 with `Retry-After: 3600`": throttled("3600"),
    "never answers": None,
    "sends a head a byte at a time": Reply(200, b"x", PHOTO, drip_s=clock.real_s(20), drips_head=True),
    "sends a body a byte at a time": Reply(200, b"x" * 100, PHOTO, drip_s=clock.real_s(20)),
    "sends half of a content that cannot be resumed, and then nothing": Reply(
        200, b"x" * 100_000, PHOTO, cut=50_000, hold=SILENT
    ),
    "refuses connections, and has never answered": None,
}
# The times of sockets are real: here they are as fast as the clock.
POLICY = Policy()
POLICY = replace(
    POLICY, connect_limit_s=clock.real_s(POLICY.connect_limit_s), slow_window_s=clock.real_s(POLICY.slow_window_s)
)
READ_TIMEOUT_S = clock.real_s(TransportSettings(own_hosts=()).read_timeout_s)


@pytest.mark.slow
@pytest.mark.parametrize("trouble", MOST_S)
def test_a_request_ends_in_time(server: Server, opened: Opener, mute: int, trouble: str) -> None:
    reply = REPLIES[trouble]
    own_hosts = (server.url, f"http://127.0.0.1:{mute}", "http://127.0.0.1:9")
    transport = opened(POLICY, own_hosts=own_hosts, read_timeout_s=READ_TIMEOUT_S)
    url = server.on("/a", reply or Reply(200, b"good"))
    transport.download(server.on("/first", Reply(200, b"good", PHOTO)), Memory())  # it has answered before
    if trouble == "never answers":
        url = f"http://127.0.0.1:{mute}/a"
    if trouble.startswith("refuses"):
        transport, url = opened(POLICY, own_hosts=own_hosts), "http://127.0.0.1:9/a"
    began = clock.monotonic()
    with pytest.raises(TemporaryError):
        transport.download(url, Memory())
    assert clock.monotonic() - began < MOST_S[trouble]


def test_the_table_has_all_troubles() -> None:
    assert set(MOST_S) == set(REPLIES)
