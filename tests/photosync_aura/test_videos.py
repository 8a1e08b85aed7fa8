"""Where the videos are: addresses that expire, and that the catalog never keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from photosync.errors import Exit, ItemError, Reason
from photosync.model import Item, Kind, Selection
from photosync.provider import AccountContext
from photosync.testing import Fault
from photosync.transport import Transport
from photosync_aura.downloads import LINK_LIFETIME_S, VideoLinks
from photosync_aura.provider import AuraProvider
from photosync_aura.settings import AuraSettings
from photosync_aura.simulator import KITCHEN, AuraSimulator
from tests.photosync_aura.frame_owner import OwnerOf


class Memory:
    """A destination without a disk."""

    validator = None
    provable = False
    head = b""
    md5 = ""

    def __init__(self) -> None:
        self.content = b""

    @property
    def offset(self) -> int:
        return len(self.content)

    def begin(self, offset: int, total: int | None, validator: str | None) -> None:
        self.content = self.content[:offset]

    def write(self, chunk: bytes | memoryview) -> None:
        self.content += chunk


@contextmanager
def opened(simulator: AuraSimulator, state: Path) -> Iterator[AuraProvider]:
    """The provider alone, as a run begins."""
    settings = simulator.account_settings()
    settings.pop("provider")
    context = AccountContext("aura", state, Transport, print)
    provider = AuraProvider.open(AuraSettings.model_validate(settings), context)
    try:
        yield provider
    finally:
        provider.close()


@pytest.fixture
def simulator() -> Iterator[AuraSimulator]:
    with AuraSimulator(items=0, gaps=False) as simulator:
        simulator.library.add(2, kind=Kind.VIDEO, frame=KITCHEN)
        yield simulator


def listed(provider: AuraProvider) -> list[Item]:
    return [item for page in provider.list(Selection(), KITCHEN, None) for item in page.items]


def test_an_item_from_the_catalog_has_its_address_listed(simulator: AuraSimulator, tmp_path: Path) -> None:
    with opened(simulator, tmp_path) as provider:
        items = [replace(item, link=None) for item in listed(provider)]
    with opened(simulator, tmp_path) as provider:
        simulator.forget()
        for item in items:
            content = Memory()
            provider.download(item, content)
            number = simulator.library.number_of(item.id)
            assert number is not None
            assert content.content == simulator.library.content(simulator.library.item(number))
        assert simulator.counts["list"] == 1, "one listing is enough for all"


def test_a_video_that_was_removed_from_the_frame_is_not_found(simulator: AuraSimulator, tmp_path: Path) -> None:
    with opened(simulator, tmp_path) as provider:
        gone, other = (replace(item, link=None) for item in listed(provider))
    for item in (gone, other):
        simulator.library.remove(item.id)
    with opened(simulator, tmp_path) as provider:
        simulator.forget()
        for item in (gone, other):
            with pytest.raises(ItemError, match="no video for it now; perhaps it was removed") as raised:
                provider.download(item, Memory())
            assert raised.value.reason is Reason.NOT_FOUND
        assert simulator.counts["list"] == 1, "what was not there a moment ago is not looked for again"


def test_a_video_that_is_refused_with_a_fresh_address_too_is_reported(simulator: AuraSimulator, tmp_path: Path) -> None:
    with opened(simulator, tmp_path) as provider:
        item = listed(provider)[0]
        simulator.faults.refuse_video = Fault()
        simulator.forget()
        with pytest.raises(ItemError) as raised:
            provider.download(item, Memory())
        assert raised.value.reason is Reason.FORBIDDEN
        assert simulator.counts["list"] == 1, "it is listed anew once"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_address_on_this_computer_fails_that_video_alone(owner_of: OwnerOf, host: str) -> None:
    owner = owner_of()
    bad, _ = owner.simulator.library.add(2, kind=Kind.VIDEO)
    with AuraSimulator(items=0) as other:
        owner.simulator.video_addresses = {bad: f"http://{host}:{urlsplit(other.url).port}/secrets"}
        result = owner.pull()
        assert other.counts["total"] == 0
    assert result.exit == Exit.PARTIAL, result
    assert [(error["id"], error["reason"]) for error in result.errors] == [(bad, Reason.BAD_ANSWER)]
    assert "none of the public Internet" in str(result.errors[0])
    assert result.number("saved") == 1
    owner.simulator.video_addresses = {}
    owner.pull_all()


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/latest/meta-data/",
        "http://169.254.169.254/latest/meta-data/",
        "https://[::ffff:169.254.169.254]/",
        "https://2852039166/",
        "https://10.0.0.1/video.mp4",
        "https://metadata.google.internal/",
        "file:///etc/passwd",
        "https://user:pass@videos.example.org/v.mp4",
    ],
)
def test_an_address_that_is_not_public_is_not_fetched(simulator: AuraSimulator, tmp_path: Path, url: str) -> None:
    with opened(simulator, tmp_path) as provider:
        video = next(item for item in listed(provider) if item.kind is Kind.VIDEO)
        simulator.video_addresses = {video.id: url}
        item = next(item for item in listed(provider) if item.id == video.id)
        with pytest.raises(ItemError, match="Nothing was sent") as raised:
            provider.download(item, Memory())
        assert raised.value.reason is Reason.BAD_ANSWER


def test_an_old_address_is_not_even_tried() -> None:
    now = 0.0
    asked: list[str] = []
    video = Item("v", "v.mp4", Kind.VIDEO, locator={"frame": "f", "video": "x"})

    def items_of_frame(frame: str) -> list[Item]:
        asked.append(frame)
        return [replace(video, link=f"https://v.example/{len(asked)}")]

    links = VideoLinks(items_of_frame, lambda: now)
    links.remember([replace(video, link="https://v.example/0")])
    now = LINK_LIFETIME_S - 1
    assert links.get(video) == "https://v.example/0"
    now = LINK_LIFETIME_S
    assert links.get(video) == "https://v.example/1"
    assert links.get(video) == "https://v.example/1"
    assert asked == ["f"]
