"""Where an address that a service names may lead."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
import requests

from photosync.errors import ItemError, ProviderError, Reason
from photosync.transport.hosts import AddressError
from photosync.transport.public_hosts import PublicAdapter, is_public_address
from photosync.transport.sockets import WaitLimits
from tests.transport.scripted_server import Key, Memory, Opener, Reply, Server, redirect

GOOD = Reply(200, b"good", {"Content-Type": "image/jpeg"})
NOT_PUBLIC = [
    "https://127.0.0.1/a",
    "https://127.1/a",
    "https://2130706433/a",
    "https://0x7f000001/a",
    "https://0177.0.0.1/a",
    "https://0x7f.0.0.1/a",
    "https://127.0.0.1./a",
    "https://\uff11\uff12\uff17.0.0.1/a",
    "https://127\u30020\u30020\u30021/a",
    "https://%31%32%37.0.0.1/a",
    "https://0/a",
    "https://10.0.0.1/a",
    "https://172.16.5.4:8443/a",
    "https://192.168.1.1/a",
    "https://100.64.0.1/a",
    "https://169.254.169.254/latest/meta-data/",
    "https://168.63.129.16/a",
    "https://192.0.0.192/a",
    "https://224.0.0.1/a",
    "https://255.255.255.255/a",
    "https://[::1]/a",
    "https://[::]/a",
    "https://[::ffff:127.0.0.1]/a",
    "https://[::ffff:a9fe:a9fe]/a",
    "https://[fe80::1]/a",
    "https://[fd00:ec2::254]/a",
    "https://[ff02::1]/a",
    "https://localhost/a",
    "https://LOCALHOST./a",
    "https://photos.localhost/a",
    "https://router/a",
    "https://nas.local/a",
    "https://metadata.google.internal/a",
]


@pytest.mark.parametrize("url", [*NOT_PUBLIC, "http://localhost:9/a", "http://127.0.0.2:9/a", "http://[::1]:9/a"])
def test_an_address_that_is_not_public_gets_nothing(opened: Opener, url: str) -> None:
    transport = opened(auth=Key())
    with pytest.raises(ItemError, match="Nothing was sent") as caught:
        transport.download(url, Memory(), signed=False)
    assert caught.value.reason is Reason.BAD_ANSWER
    assert transport.requests == 0


def test_another_port_of_this_computer_gets_nothing(foreign: Server, opened: Opener) -> None:
    with pytest.raises(ItemError, match="none of the public Internet"):
        opened().download(foreign.on("/a", GOOD), Memory())
    assert foreign.requests == []


def test_a_configured_endpoint_may_be_anywhere(foreign: Server, opened: Opener) -> None:
    there = Memory()
    opened(auth=Key(), endpoints=(f"{foreign.url}/v1",)).download(foreign.on("/a", GOOD), there)
    assert there.content == b"good"
    assert "Authorization" not in foreign.requests[0].headers


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "[fe80::1]", "[::ffff:a9fe:a9fe]", "router"])
def test_a_redirect_to_an_address_that_is_not_public_is_not_followed(server: Server, opened: Opener, host: str) -> None:
    transport = opened()
    with pytest.raises(ProviderError, match="Nothing was sent"):
        transport.request("GET", server.on("/a", redirect(f"https://{host}/a")))
    assert transport.requests == 1


def test_a_name_that_leads_to_this_computer_gets_nothing(server: Server) -> None:
    limits = WaitLimits(connect_s=5, window_s=5, least_bytes=1, cancel=None)
    adapter = PublicAdapter(limits, hosts=1, connections=1, block_bytes=1024)
    with pytest.raises(AddressError, match="none of the public Internet"):
        adapter.send(requests.Request("GET", f"https://localhost:{server.port}/a").prepare(), timeout=5)
    assert server.requests == []


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("64:ff9b::a00:1", False),
        ("64:ff9b:1::a00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:7f00:1::", False),
        ("::7f00:1", False),
        ("fec0::1", False),
        ("198.18.0.1", False),
        ("240.0.0.1", False),
    ],
)
def test_which_addresses_are_public(address: str, is_public: bool) -> None:
    assert is_public_address(ip_address(address)) is is_public
