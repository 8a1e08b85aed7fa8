"""Where the videos are: addresses that expire, and that the catalog never keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.errors import ItemError, Reason
from photosync.model import Item, Kind, Selection
from photosync.provider import AccountContext
from photosync.testing import Fault
from photosync.transport import Transport
from photosync_aura.downloads import LINK_LIFETIME_S, VideoLinks
from photosync_aura.provider import AuraProvider
from photosync_aura.settings import AuraSettings
from photosync_aura.simulator import KITCHEN, AuraSimulator


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

    def write(self, chunk: bytes) -> None:
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
