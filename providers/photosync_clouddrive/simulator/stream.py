"""The changes stream of a simulated drive, and its interruptions (protocol notes, section 4)."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Mapping

from aiohttp import web

from photosync_clouddrive.simulator.drive import Drive, Raw, line
from photosync_clouddrive.simulator.faults import CloudDriveFaults

LINE_NODES = 2000


class ChangesStream:
    """Answers requests for changes."""

    def __init__(self, drive: Drive, faults: CloudDriveFaults, line_nodes: int, answer_nodes: int) -> None:
        """`line_nodes` and `answer_nodes` are the maximum numbers of nodes per line and per answer; 0: no limit."""
        self._drive = drive
        self._faults = faults
        self._line_nodes = line_nodes
        self._answer_nodes = answer_nodes

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The service's answer to a request for changes."""
        question = await request.json()
        faults = self._faults
        if refusal := faults.fires("refuse_changes", "list"):
            return refused("Not here", int(refusal.value or 403))
        if "checkpoint" in question and faults.fires("refuse_checkpoint", "list"):
            return refused("Invalid checkpoint", 400)
        if question.get("includePurged", "true") not in ("true", "false"):
            return refused("includePurged is a string", 400)
        lines = self._lines(question)
        if fault := faults.fires("no_end", "list"):
            lines = lines[: int(fault.value or 0)]
        if fault := faults.fires("cut_changes", "list"):
            return await _cut(request, lines, fault.value or 0.0)
        body, headers = b"".join(lines), {"Content-Type": "application/json"}
        if faults.fires("gzip_changes", "list"):
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        return web.Response(body=body, headers=headers)

    def _lines(self, question: Mapping[str, object]) -> list[bytes]:
        """Section 4: lines with checkpoints, and a last line that marks the end."""
        start, is_reset = self._start(question.get("checkpoint"))
        wanted = min(int(str(question.get("chunkSize", LINE_NODES))), self._line_nodes)
        lines: list[bytes] = []
        sent = 0
        for end, nodes in self._drive.journal(start, wanted):
            if question.get("includePurged") != "true" or is_reset:
                nodes = [node for node in nodes if node.get("status") != "PURGED"]  # noqa: PLW2901 - fewer of the same
            lines.append(self._line(end, nodes, reset=is_reset and not lines))
            sent += len(nodes)
            if self._answer_nodes and sent >= self._answer_nodes:
                break
        if not lines:
            lines.append(self._line(self._drive.length, [], reset=is_reset))
        return self._spoiled([*lines, line({"end": True})])

    def _start(self, checkpoint: object) -> tuple[int, bool]:
        """The position of a checkpoint, or 0 and a reset if it is too old."""
        epoch, _, position = str(checkpoint or "").removeprefix("Chkpnt").partition("-")
        if epoch != str(self._drive.epoch) or not position.isdigit():
            return 0, True
        return int(position), False

    def _line(self, end: int, nodes: list[Raw], *, reset: bool) -> bytes:
        checkpoint = f"Chkpnt{self._drive.epoch}-{end}"
        return line({"checkpoint": checkpoint, "nodes": nodes, "reset": reset, "statusCode": 200})

    def _spoiled(self, lines: list[bytes]) -> list[bytes]:
        faults = self._faults
        if fault := faults.fires("second_reset", "list"):
            position = int(fault.value or 0)
            lines[position : position + 1] = [
                line({**json.loads(each), "reset": True}) for each in lines[position : position + 1]
            ]
        if fault := faults.fires("broken_line", "list"):
            lines.insert(int(fault.value or 0), b'{"checkpoint": "Chk\n')
        if fault := faults.fires("changes_status", "list"):
            lines = [lines[0], line({"statusCode": int(fault.value or 500)})]
        if faults.fires("blank_lines", "list"):
            lines = [part for each in lines for part in (b"\n", each, b"\r\n")]
        return lines


async def _cut(request: web.Request, lines: list[bytes], after: float) -> web.StreamResponse:
    """Send this many lines without a Content-Length, and close the connection."""
    whole, rest = int(after), after - int(after)
    part = b"".join(lines[:whole])
    if rest and whole < len(lines):
        part += lines[whole][: max(1, int(len(lines[whole]) * rest))]
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.enable_chunked_encoding()
    await response.prepare(request)
    if part:
        await response.write(part)
    await asyncio.sleep(0)
    if request.transport is not None:
        request.transport.close()
    return response


def refused(message: str, status: int = 400) -> web.Response:
    """The service's answer to a refused request."""
    return web.json_response({"logref": "simulated", "message": message}, status=status)
