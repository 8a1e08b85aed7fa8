"""The changing calls of Aura's private API, within the budget for changes.

Facts: protocol notes on Aura, sections 7, 8.1 and 8.6. A 401 here does not mean that the session has ended, but that
the account is locked, unless the same call succeeds at once. A sign-in would prolong the lock, so these calls never
sign in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import quote

from photosync.errors import ProviderError, Reason, SignInError, TemporaryError
from photosync.provider_kit.json_fields import Json, json_object, number, parts
from photosync.transport import Answer, Transport
from photosync_aura.write_budget import WriteBudget

_MOST_FAILURES = 5
"""After this many refused changes in a row, further ones would be refused too."""


class AuraWriteApi:
    """The changes of one account. `transport` returns a transport with a session.

    All methods raise `TemporaryError` for a lock, `LostAnswerError` if the result is unknown, and
    `ProviderError` for a call that was refused as a whole.
    """

    def __init__(self, account: str, base: str, transport: Callable[[], Transport], budget: WriteBudget) -> None:
        self.budget = budget
        self._account = account
        self._base = base
        self._transport = transport
        self._failures = 0

    def select(self, frame_id: str, assets: Sequence[Mapping[str, str]]) -> int:
        """Add assets to a frame, or announce assets under new identifiers; returns the number of refused ones."""
        path = f"frames/{quote(frame_id, safe='')}/select_asset.json"
        return number(self._write("POST", path, assets), "number_failed") or 0

    def exclude(self, frame_id: str, assets: Sequence[Mapping[str, str]]) -> int:
        """Hide assets on a frame; `select` shows them again. Returns the number of refused ones."""
        path = f"frames/{quote(frame_id, safe='')}/exclude_asset"
        return number(self._write("POST", path, assets), "number_failed") or 0

    def update(self, assets: Sequence[Json]) -> list[Json]:
        """Complete announced assets; returns those that the service accepted, with their ids."""
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

    def _accepted(self, method: str, path: str, content: Mapping[str, object]) -> Answer:
        try:
            answer = self._sent(method, path, content)
            if answer.status == HTTPStatus.UNAUTHORIZED:  # some calls succeed when they are repeated
                self.budget.spend()
                answer = self._sent(method, path, content)
        except SignInError as error:  # 475, or a 'logout' with another status
            raise self.budget.lock() from error
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise self.budget.lock()
        return answer

    def _sent(self, method: str, path: str, content: Mapping[str, object]) -> Answer:
        return self._transport().request(
            method,
            f"{self._base}/{path}",
            json=content,
            headers={"Accept": "application/json", "Content-Type": "application/json; charset=utf-8"},
            # 401 is accepted, so that the transport does not sign in again.
            accept=(HTTPStatus.OK, HTTPStatus.UNAUTHORIZED),
            idempotent=False,
        )

    def _content(self, answer: Answer) -> Json:
        content = json_object(answer.body)
        if not content and answer.body.strip() != b"{}":
            raise ProviderError(
                f"account '{self._account}': Aura answered a change with something that is not a JSON object; its "
                "protocol may have changed",
                answer.status,
            )
        return content
