"""What a copy costs in requests: those to list are one for 1,000 files, and no file is asked for by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.places import Place, S3Server, copied
from tests.jobs.copies.store_proxy import StoreProxy

FILES, KILLS, WORKERS = 2500, 5, 16

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # thousands of files to a real server


@pytest.fixture(scope="module")
def many() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=FILES, size="small") as running:
        yield running


@pytest.fixture(scope="module")
def pulled_many(tmp_path_factory: pytest.TempPathFactory, many: AmazonSimulator) -> Sandbox:
    made = Sandbox(tmp_path_factory.mktemp("many"))
    made.configure({"amazon": many.account_settings()})
    assert made.run("pull", "amazon", timeout_s=600).exit == 0
    return made


@pytest.fixture
def proxy(s3: S3Server) -> Iterator[StoreProxy]:
    with StoreProxy(s3.endpoint) as running:
        yield running


def behind(proxy: StoreProxy, place: Place) -> Place:
    assert isinstance(place.settings, dict)
    return replace(place, settings=place.settings | {"endpoint": proxy.endpoint})


def test_requests_of_a_copy_that_is_killed_and_of_the_runs_after_it(
    s3: S3Server, pulled_many: Sandbox, proxy: StoreProxy
) -> None:
    place = behind(proxy, s3.place("counts"))
    place.configure(pulled_many)
    for number in range(1, KILLS + 1):
        run = pulled_many.start("copy")
        while run.poll() is None and proxy.counts["PUT"] < number * FILES // (KILLS + 1):
            time.sleep(0.01)
        run.kill()
        run.communicate()
    result = copied(pulled_many)
    assert (result.exit, result.number("failed")) == (0, 0), result
    files = len(place.files())
    assert files >= FILES
    # A request that was under way when its run was killed is sent again; and the lists may be.
    assert files <= proxy.counts["PUT"] <= files + KILLS * WORKERS
    assert not proxy.counts["HEAD"]
    assert not proxy.counts["COPY"]
    proxy.requests = []
    again = copied(pulled_many)
    assert (again.exit, again.number("saved"), again.number("unchanged")) == (0, 0, again.number("listed")), again
    assert proxy.counts == {"LIST": files // 1000 + 1}, "one request for 1,000 files, and nothing else"
    proxy.requests = []
    quick = pulled_many.run("verify", "--copy", "second", "--quick")
    assert quick.exit == 0, quick
    assert proxy.counts == {"LIST": files // 1000 + 1}
    proxy.requests = []


def test_requests_of_a_restore(s3: S3Server, pulled_many: Sandbox, proxy: StoreProxy, tmp_path: Path) -> None:
    place = behind(proxy, s3.place("restored"))
    place.configure(pulled_many)
    assert copied(pulled_many).exit == 0
    files = len(place.files())
    proxy.requests = []
    library = tmp_path / "new/library"
    assert pulled_many.run("restore", "--from", "second", "--to", str(library)).exit == 0
    assert proxy.counts["LIST"] == files // 1000 + 1
    assert files - 2 <= proxy.counts["GET"] <= files + 2
    assert set(proxy.counts) == {"LIST", "GET"}
