"""Reads the changes stream, which is often interrupted, to its end.

Facts: protocol notes on Amazon Cloud Drive, section 4. The body is spooled first, because the server disconnects slow
readers; then each line is stored with its checkpoint, so that an interruption loses one line at most.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol

from photosync.errors import Reason, TemporaryError
from photosync.provider_kit.amazon_drive.nodes import DriveNode
from photosync.provider_kit.json_fields import Json, json_object, number, parts, text, unusable
from photosync_clouddrive.api import CloudDriveApi
from photosync_clouddrive.items import parse_node

NODES_A_LINE = 500
FEWEST_NODES_A_LINE = 10
STALLED_ROUNDS = 4
"""Incomplete answers in a row without anything new, before the stream counts as broken."""
QUIET_ROUNDS = 2
"""Complete answers in a row with nothing new."""
BARREN_ROUNDS = 20
"""Answers in a row with new checkpoints and no new node, before the stream counts as endless."""
MOST_RESETS = 4
"""Answers with a reset, each of which begins a listing of everything anew, before the stream counts as endless."""
MOST_ANSWER_BYTES = 512 << 20
"""Of one answer. The next one continues with the last checkpoint in it."""
MOST_LINE_BYTES = 32 << 20
"""Lines of tens of megabytes have been seen."""
_WORDS = frozenset({"checkpoint", "nodes", "reset", "end", "statusCode"})


class ChangesStore(Protocol):
    """Where the changes go."""

    @property
    def checkpoint(self) -> str | None:
        """The service's mark after the last stored line; None: nothing is stored."""

    @property
    def is_rebuilding(self) -> bool:
        """Whether a full listing has started and not ended."""

    def begin_round(self) -> None:
        """A new answer begins."""

    def apply(self, nodes: Sequence[DriveNode], checkpoint: str | None, *, reset: bool, unusable: int) -> int:
        """Store a line. Returns how many of its nodes are news."""


@dataclass(slots=True)
class _StreamAnswer:
    """The result of one answer."""

    nodes: int = 0
    news: int = 0
    progressed: bool = False
    was_reset: bool = False
    ended: bool = False
    trouble: str = "it broke off"


class ChangesFollower:
    """Follows the stream of one account: `ChangesFollower(...).follow()`."""

    def __init__(self, api: CloudDriveApi, store: ChangesStore, spool: Path, *, with_purged: bool = True) -> None:
        """`spool` is a folder for the body while it is read. `with_purged`: also what was deleted for good."""
        self._api = api
        self._store = store
        self._spool = spool
        self._with_purged = with_purged

    def follow(self) -> None:
        """Request changes until there are no others. Raises `TemporaryError` if the stream makes no progress."""
        stalled, quiet, barren, resets, line_nodes = 0, 0, 0, 0, NODES_A_LINE
        while True:
            answer = self._ask(line_nodes)
            quiet = 0 if answer.news or not answer.ended else quiet + 1
            if answer.ended and (self._is_complete(answer) or quiet >= QUIET_ROUNDS):
                return
            stalled = 0 if answer.progressed else stalled + 1
            if not answer.progressed:
                # A line that is never complete may be complete with fewer nodes.
                line_nodes = max(line_nodes // 2, FEWEST_NODES_A_LINE)
            barren = 0 if answer.news else barren + 1
            resets += answer.was_reset
            if stalled >= STALLED_ROUNDS or barren >= BARREN_ROUNDS:
                raise _endless(f"{answer.trouble}, {max(stalled, barren)} times without anything new")
            if resets >= MOST_RESETS:
                raise _endless(f"the service began it anew {resets} times")

    def _is_complete(self, answer: _StreamAnswer) -> bool:
        """Whether nothing is missing. A long answer may end early, so a listing of everything ends with an answer
        without anything new."""
        return not self._store.is_rebuilding or not answer.nodes or not answer.progressed

    def _ask(self, line_nodes: int) -> _StreamAnswer:
        question: dict[str, object] = {
            "chunkSize": line_nodes,
            "includePurged": "true" if self._with_purged else "false",
        }
        if self._store.checkpoint is not None:
            question["checkpoint"] = self._store.checkpoint
        answer = _StreamAnswer()
        self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._spool) as spooled:
            trouble = ""
            with self._api.changes(question) as (_, chunks):
                try:
                    spooled.writelines(_beginning(chunks))
                except TemporaryError as error:
                    trouble = str(error).rstrip(".")
            spooled.seek(0)
            self._store.begin_round()
            self._read(spooled, answer)
        answer.trouble = trouble or answer.trouble
        return answer

    def _read(self, spooled: BinaryIO, answer: _StreamAnswer) -> None:
        lines = iter(partial(spooled.readline, MOST_LINE_BYTES), b"")
        for position, line in enumerate(lines, start=1):
            if not line.strip():
                continue  # keeps the connection open
            content = json_object(line)
            if not _WORDS & content.keys():
                # The last line of an answer that broke off, or something else than changes.
                answer.trouble = f"its line {position} is not a list of changes"
                return
            if not self._take(content, answer):
                return

    def _take(self, content: Json, answer: _StreamAnswer) -> bool:
        """Store one line; returns whether others may follow."""
        status = number(content, "statusCode")
        if status not in (None, 200):
            answer.trouble = f"the service broke off with status {status}"
            return False
        nodes = parts(content, "nodes")
        checkpoint = text(content, "checkpoint")
        before = self._store.checkpoint
        parsed = [node for each in nodes if (node := parse_node(each)) is not None]
        is_reset, lost = content.get("reset") is True, unusable(content, "nodes")
        answer.news += self._store.apply(parsed, checkpoint, reset=is_reset, unusable=lost)
        answer.was_reset |= is_reset
        answer.nodes += len(nodes)
        answer.progressed |= checkpoint is not None and checkpoint != before
        answer.ended = content.get("end") is True
        return not answer.ended


def _endless(trouble: str) -> TemporaryError:
    return TemporaryError(
        f"Amazon Cloud Drive's list of changes did not come to its end: {trouble}. What came is kept; try again later.",
        Reason.TRUNCATED,
    )


def _beginning(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The first `MOST_ANSWER_BYTES`, about."""
    received = 0
    for chunk in chunks:
        yield chunk
        received += len(chunk)
        if received >= MOST_ANSWER_BYTES:
            return
