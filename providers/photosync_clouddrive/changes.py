"""Brings the local tree up to date from the changes stream, which breaks off often.

Facts: protocol notes on Amazon Cloud Drive, section 4. The body is spooled first, because the server hangs up on slow
readers; then each line goes into the tree together with its checkpoint, so that a broken stream costs one line.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from photosync.errors import ProviderError, Reason, TemporaryError
from photosync.transport import Transport
from photosync_clouddrive.nodes import Json, number, parse_node, text
from photosync_clouddrive.tree import Tree

IDLE_TIMEOUT_S = 300.0
"""So long may the service say nothing in mid-stream; 60 s were too short for some."""
NODES_A_LINE = 500
FEWEST_NODES_A_LINE = 10
STALLED_ROUNDS = 4
"""Answers in a row that brought nothing new and did not end, before the stream counts as broken."""
QUIET_ROUNDS = 2
"""Whole answers in a row that only repeated what was told already."""
_WORDS = frozenset({"checkpoint", "nodes", "reset", "end", "statusCode"})


@dataclass(slots=True)
class _Round:
    """What one answer brought."""

    nodes: int = 0
    news: int = 0
    progressed: bool = False
    ended: bool = False
    trouble: str = "it broke off"


class Changes:
    """Follows the stream of one account: `Changes(...).follow()`."""

    def __init__(self, transport: Transport, url: str, tree: Tree, spool: Path, say: Callable[[str], None]) -> None:
        """`url` is the call's; `spool` a folder for the body while it is read; `say` tells the user."""
        self._transport = transport
        self._url = url
        self._tree = tree
        self._spool = spool
        self._say = say
        self._broken = 0

    def follow(self) -> None:
        """Ask until the tree is what the service has. Raises `TemporaryError` when that comes nowhere."""
        stalled, quiet, line_nodes = 0, 0, NODES_A_LINE
        while True:
            answer = self._ask(line_nodes)
            quiet = 0 if answer.news or not answer.ended else quiet + 1
            if answer.ended and (self._is_complete(answer) or quiet >= QUIET_ROUNDS):
                break
            stalled = 0 if answer.progressed else stalled + 1
            if not answer.progressed:
                # A line that never comes through may come through in halves.
                line_nodes = max(line_nodes // 2, FEWEST_NODES_A_LINE)
            if stalled >= STALLED_ROUNDS:
                raise TemporaryError(
                    f"Amazon Cloud Drive's list of changes did not come to its end: {answer.trouble}, {stalled} times "
                    "without anything new. What came is kept; try again later.",
                    Reason.TRUNCATED,
                )
        self._conclude()

    def _is_complete(self, answer: _Round) -> bool:
        """Whether nothing is left to ask for. An answer may end because it is long, so a listing of everything ends
        with one that has nothing more to tell."""
        return not self._tree.is_rebuilding or not answer.nodes or not answer.progressed

    def _conclude(self) -> None:
        if not self._tree.finish():
            self._say("the service lists less than half of the files it had; nothing is taken for gone")
        folders = self._tree.folders()
        if not folders.has_root:
            raise TemporaryError(
                "Amazon Cloud Drive's list of changes has no root folder, so it cannot be complete. Try again later.",
                Reason.TRUNCATED,
            )
        if orphans := folders.orphans():
            self._say(f"{orphans} folders lie in folders that the service does not list; they are shown at the top")
        if self._broken:
            self._say(f"skipped {self._broken} entries of the drive that have neither a name nor a known content")

    def _ask(self, line_nodes: int) -> _Round:
        question: dict[str, object] = {"chunkSize": line_nodes, "includePurged": "true"}
        if self._tree.checkpoint is not None:
            question["checkpoint"] = self._tree.checkpoint
        answer = _Round()
        self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._spool) as spooled:
            trouble = self._fetch(question, spooled)
            spooled.seek(0)
            self._tree.begin_round()
            self._read(spooled, answer)
        answer.trouble = trouble or answer.trouble
        return answer

    def _fetch(self, question: Json, spooled: BinaryIO) -> str | None:
        """Bring the body to a file; what went wrong in the middle of it, if anything."""
        with self._transport.stream("POST", self._url, json=question, timeout_s=IDLE_TIMEOUT_S) as (_, chunks):
            try:
                spooled.writelines(chunks)
            except TemporaryError as error:
                return str(error).rstrip(".")
        return None

    def _read(self, spooled: BinaryIO, answer: _Round) -> None:
        unreadable: int | None = None
        for place, line in enumerate(spooled, start=1):
            if not line.strip():
                continue  # keeps the connection alive
            if unreadable is not None:
                raise ProviderError(
                    f"Amazon Cloud Drive's list of changes is broken in line {unreadable}: that is no JSON."
                )
            content = _parsed(line)
            if content is None:
                unreadable = place  # as the last line: one that was cut
                continue
            if not self._take(content, answer):
                return

    def _take(self, content: Json, answer: _Round) -> bool:
        """Take in one line; whether others may follow."""
        if not _WORDS & content.keys():
            raise ProviderError(
                "Amazon Cloud Drive answered the question for changes with something else; its protocol may differ here"
            )
        status = number(content, "statusCode")
        if status not in (None, 200):
            answer.trouble = f"the service broke off with status {status}"
            return False
        listed = content.get("nodes")
        nodes = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
        checkpoint = text(content, "checkpoint")
        before = self._tree.checkpoint
        parsed = [node for each in nodes if (node := parse_node(each)) is not None]
        applied = self._tree.apply(parsed, checkpoint, reset=content.get("reset") is True)
        self._broken += applied.broken
        answer.nodes += len(nodes)
        answer.news += applied.news
        answer.progressed |= checkpoint is not None and checkpoint != before
        answer.ended = content.get("end") is True
        return not answer.ended


def _parsed(line: bytes) -> Json | None:
    try:
        content: object = json.loads(line)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
