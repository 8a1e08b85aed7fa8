"""The calls that change something at Aura: politely, and with respect for its locks.

Facts: protocol notes on Aura, sections 7, 8.1 and 8.6. A 401 here is no dead session but the beginning of a lock,
unless it passes at once; signing in to find out would make the lock worse. So these calls never do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import quote

from photosync.errors import ProviderError, Reason, SignInError, TemporaryError
from photosync.transport import Answer, Transport
from photosync_aura.assets import Json, number, parts
from photosync_aura.budget import WriteBudget

_MOST_FAILURES = 5
"""So many changes in a row that are refused, and the rest would be too."""


class Writes:
    """One account's changes. `transport` gives the session's transport, which has a session by now.

    All methods raise `TemporaryError` for a lock, `LostAnswerError` where nobody knows what happened, and
    `ProviderError` for a call that was refused as a whole.
    """

    def __init__(self, account: str, base: str, transport: Callable[[], Transport], budget: WriteBudget) -> None:
        self.budget = budget
        self._account = account
        self._base = base
        self._transport = transport
        self._failures = 0

    def select(self, frame_id: str, assets: Sequence[Mapping[str, str]]) -> int:
        """Put assets on a frame, or promises of assets under identifiers that are new; how many were refused."""
        path = f"frames/{quote(frame_id, safe='')}/select_asset.json"
        return number(self._write("POST", path, assets), "number_failed") or 0

    def update(self, assets: Sequence[Json]) -> list[Json]:
        """Keep the promises; those that the service accepted, with their ids."""
        return parts(self._write("PUT", "assets/batch_update.json", assets), "successes")

    def _write(self, method: str, path: str, assets: Sequence[Json]) -> Json:
        self.budget.check_lock()
        try:
            content = self._content(self._accepted(method, path, {"assets": list(assets)}))
        except ProviderError as error:
            self._failures += 1
            if self._failures >= _MOST_FAILURES:
                raise TemporaryError(
                    f"account '{self._account}': Aura refused {self._failures} changes in a row, so the run ends. "
                    f"The last time: {error}",
                    Reason.REFUSED,
                ) from error
            raise
        self._failures = 0
        self.budget.accepted()
        return content

    def _accepted(self, method: str, path: str, wish: Mapping[str, object]) -> Answer:
        try:
            answer = self._sent(method, path, wish)
            if answer.status == HTTPStatus.UNAUTHORIZED:  # some pass when they are asked once more
                self.budget.spend()
                answer = self._sent(method, path, wish)
        except SignInError as error:  # 475, or a 'logout' with another status
            raise self.budget.lock() from error
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise self.budget.lock()
        return answer

    def _sent(self, method: str, path: str, wish: Mapping[str, object]) -> Answer:
        return self._transport().request(
            method,
            f"{self._base}/{path}",
            json=wish,
            headers={"Accept": "application/json", "Content-Type": "application/json; charset=utf-8"},
            # Accepted, so that the transport does not sign in anew for it.
            accept=(HTTPStatus.OK, HTTPStatus.UNAUTHORIZED),
            idempotent=False,
        )

    def _content(self, answer: Answer) -> Json:
        try:
            content: object = json.loads(answer.body)
        except ValueError:
            content = None
        if not isinstance(content, Mapping):
            raise ProviderError(
                f"account '{self._account}': Aura answered a change with something that is no JSON object; its "
                "protocol may have changed",
                answer.status,
            )
        return content
