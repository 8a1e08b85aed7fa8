"""Nodes as rows of the tree's table, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from photosync.model import Kind
from photosync.provider_kit.amazon_drive.nodes import DriveNode, NodeKind

COLUMNS = "id, kind, status, name, parents, is_root, media, created, taken, size_bytes, md5, version, width, height"


def split(parents: str) -> tuple[str, ...]:
    """The parents out of their column."""
    return tuple(parents.split("\n")) if parents else ()


def row_of(node: DriveNode) -> tuple[object, ...]:
    """A node in the order of the columns."""
    return (
        *(node.id, node.kind.value, node.status, node.name, "\n".join(node.parents), int(node.is_root)),
        *(node.media.value, node.created.isoformat(timespec="microseconds") if node.created else ""),
        *(node.taken and node.taken.isoformat(), node.size_bytes, node.md5, node.version, node.width, node.height),
    )


def node_of(row: Sequence[object]) -> DriveNode:
    """A node out of its columns."""
    id_, kind, status, name, parents, is_root, media, created, taken, size_bytes, md5, version, width, height = row
    return DriveNode(
        id=str(id_),
        kind=NodeKind(str(kind)),
        status=str(status),
        name=_text(name),
        parents=split(str(parents)),
        is_root=bool(is_root),
        media=Kind(str(media)),
        created=_time(created),
        taken=_time(taken),
        size_bytes=_whole(size_bytes),
        md5=_text(md5),
        version=_text(version),
        width=_whole(width),
        height=_whole(height),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _time(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
