"""The reading calls of Aura's private API.

Facts: protocol notes on Aura, sections 1, 3 and 4.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from photosync.errors import ProviderError
from photosync.model import Collection
from photosync.provider_kit.endless import ListingProgress
from photosync.provider_kit.json_fields import Json, as_object, identifier, number, page_token, parts, unusable
from photosync.transport import Transport
from photosync_aura.items import Frame, is_placeholder, text
from photosync_aura.refusals import unknown_frame

_PAGE_SIZE = 200
_EMPTY_PAGES = 3
"""Empty pages in a row that may be in the middle of a listing."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AssetsPage:
    """One page of a frame's listing."""

    assets: list[Json]
    hidden: frozenset[str]
    """Ids of the assets that are hidden on this frame."""
    unusable: int
    """The number of entries that have no usable id, or have all come before: other ones may be missing."""
    placeholders: list[str]
    """The ids of uploads that were never finished."""


class AuraApi:
    """The calls of one account. `transport` returns a transport with a session, and signs in first if there is none."""

    def __init__(self, account: str, base: str, transport: Callable[[], Transport]) -> None:
        self._account = account
        self._base = base
        self._transport = transport

    def frames(self) -> Iterator[Collection]:
        """The account's own frames and those to which it can add pictures."""
        what = f"account '{self._account}': Aura answered without a list of frames; its protocol may have changed"
        answer = self._transport().json("GET", f"{self._base}/frames.json", check=_has_list("frames", what))
        for frame in parts(answer, "frames"):
            if id_ := identifier(frame):
                # An estimate: the service does not reduce it when pictures are removed.
                yield Collection(id_, text(frame, "name") or id_, "frame", number(frame, "num_assets", least=1))

    def assets(self, frame: Frame) -> Iterator[AssetsPage]:
        """The assets of a frame page by page, hidden ones included."""
        cursor: str | None = None
        progress = ListingProgress(f"account '{self._account}', frame '{frame.name}': Aura")
        unfinished = empty = 0
        while True:
            answer = self._assets_page(frame, cursor)
            assets = parts(answer, "assets")
            placeholders = [id_ for each in assets if is_placeholder(each) and (id_ := identifier(each))]
            unfinished += len(placeholders)
            ids = [each.get("id") for each in assets]
            doubtful = len(ids) if progress.repeats(ids) else unusable(answer, "assets")
            yield AssetsPage(assets, _hidden(answer), doubtful, placeholders)
            previous, cursor = cursor, page_token(answer, "next_page_cursor")
            empty = 0 if assets else empty + 1
            # The end can be an empty page with a cursor (section 4).
            if cursor is None or (empty and cursor == previous) or empty > _EMPTY_PAGES:
                break
            progress.check(ids, cursor)
        if unfinished:
            log.info("frame '%s': %d uploads were never finished and are left out", frame.name, unfinished)

    def _assets_page(self, frame: Frame, cursor: str | None) -> Json:
        what = (
            f"account '{self._account}': Aura answered for frame '{frame.name}' without a list of pictures; its "
            "protocol may have changed"
        )
        try:
            answer = self._transport().json(
                "GET",
                f"{self._base}/frames/{quote(frame.id, safe='')}/assets.json",
                check=_has_list("assets", what),
                params={"limit": _PAGE_SIZE, "side_load_users": "false", "filter": "all", "cursor": cursor},
            )
        except ProviderError as error:
            if unknown := unknown_frame(self._account, frame, error):
                raise unknown from error
            raise
        return as_object(answer)


def _has_list(name: str, error: str) -> Callable[[object], None]:
    """A check of answers: those without a list of this name raise `error`."""

    def check(answer: object) -> None:
        if not isinstance(as_object(answer).get(name), list):
            raise ProviderError(error)

    return check


def _hidden(answer: Json) -> frozenset[str]:
    settings = parts(answer, "asset_settings")
    return frozenset(
        id_
        for each in settings
        if (id_ := identifier(each, "asset_id")) and (each.get("hidden") is True or each.get("selected") is False)
    )
