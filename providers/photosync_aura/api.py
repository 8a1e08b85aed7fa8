"""The calls of Aura's private API that this program makes, and what its answers mean.

Facts: protocol notes on Aura, sections 1, 3 and 4.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from photosync.errors import PhotosyncError, ProviderError, SignInError, UsageError
from photosync.model import Collection
from photosync.transport import Answer, Transport
from photosync_aura.assets import Json, is_placeholder, number, parts, text
from photosync_aura.auth import REFUSED_SIGN_IN, AuraAuth

PAGE_SIZE = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AssetsPage:
    """One page of a frame's listing."""

    assets: list[Json]
    hidden: frozenset[str]
    """Ids of the assets that are switched off on this frame."""


class AuraApi:
    """One account's calls. `transport` gives the session's transport, which waits for the sign-in."""

    def __init__(self, account: str, base: str, transport: Callable[[], Transport]) -> None:
        self._account = account
        self._base = base
        self._transport = transport

    def frames(self) -> Iterator[Collection]:
        """The frames that the account owns or adds pictures to."""
        answer = self._transport().json("GET", f"{self._base}/frames.json")
        if not isinstance(answer, Mapping) or not isinstance(answer.get("frames"), list):
            raise ProviderError(
                f"account '{self._account}': Aura answered without a list of frames; its protocol may have changed"
            )
        for frame in parts(answer, "frames"):
            if id_ := text(frame, "id"):
                # The service never counts down, so this is about how many there are.
                yield Collection(id_, text(frame, "name") or id_, "frame", number(frame, "num_assets"))

    def assets(self, frame_id: str, frame_name: str) -> Iterator[AssetsPage]:
        """What a frame has, hidden pictures included, page by page."""
        cursor: str | None = None
        met: set[str] = set()
        unfinished = 0
        while True:
            answer = self._assets_page(frame_id, frame_name, cursor)
            assets = parts(answer, "assets")
            unfinished += sum(map(is_placeholder, assets))
            yield AssetsPage(assets, _hidden(answer))
            cursor = text(answer, "next_page_cursor")
            if cursor in met:
                log.warning("frame '%s': Aura repeats a page; the listing ends here", frame_name)
            if cursor is None or cursor in met or not assets:
                break
            met.add(cursor)
        if unfinished:
            log.info("frame '%s': %d uploads were never finished and are left out", frame_name, unfinished)

    def _assets_page(self, frame_id: str, frame_name: str, cursor: str | None) -> Json:
        try:
            answer = self._transport().json(
                "GET",
                f"{self._base}/frames/{quote(frame_id, safe='')}/assets.json",
                params={"limit": PAGE_SIZE, "side_load_users": "false", "filter": "all", "cursor": cursor},
            )
        except ProviderError as error:
            if error.status in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
                raise UsageError(self._explain_unknown(frame_id, frame_name, error.status)) from error
            raise
        if not isinstance(answer, Mapping) or not isinstance(answer.get("assets"), list):
            raise ProviderError(
                f"account '{self._account}': Aura answered for frame '{frame_name}' without a list of pictures; its "
                "protocol may have changed"
            )
        return answer

    def _explain_unknown(self, frame_id: str, frame_name: str, status: int) -> str:
        return (
            f"account '{self._account}': Aura shows this account no frame '{frame_name}' ({frame_id}, {status}). "
            "The frame's id is wrong, or this account is no member of it. "
            f"The frames that it has: photosync collections {self._account}"
        )


def _hidden(answer: Json) -> frozenset[str]:
    settings = parts(answer, "asset_settings")
    return frozenset(
        id_
        for each in settings
        if (id_ := text(each, "asset_id")) and (each.get("hidden") is True or each.get("selected") is False)
    )


def classifier(account: str, auth: AuraAuth) -> Callable[[Answer], PhotosyncError | None]:
    """Knows the service's own ways to refuse: its status 475, and errors that come with a status of success."""

    def message(answer: Answer) -> str:
        return auth.masked(text(_object(answer), "message") or "no reason given")

    def classify(answer: Answer) -> PhotosyncError | None:
        if answer.status == REFUSED_SIGN_IN:
            return SignInError(auth.explain_refusal(message(answer)))
        if answer.status != HTTPStatus.OK:
            return None
        envelope = _object(answer)
        if not envelope.get("error"):
            return None
        if envelope.get("logout"):
            return SignInError(auth.explain(message(answer)))
        status = HTTPStatus.NOT_FOUND if envelope.get("message") == "Not found" else None
        return ProviderError(f"account '{account}': Aura refused the request: {message(answer)}", status, answer.body)

    return classify


def _object(answer: Answer) -> Json:
    try:
        content: object = json.loads(answer.body)
    except ValueError:
        return {}
    return content if isinstance(content, Mapping) else {}
