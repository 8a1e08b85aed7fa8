"""Nodes as rows of the tree's table, and back."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from photosync.model import Kind
from photosync.provider_kit.amazon_drive.nodes import DriveNode, NodeKind

COLUMNS = "id, kind, status, name, parents, is_root, media, created, taken, size_bytes, md5, version, width, height"


def split(parents: str) -> tuple[str, ...]:
    """The parents from their column."""
    return tuple(parents.split("\n")) if parents else ()


def row_of(node: DriveNode) -> tuple[object, ...]:
    """A node in the order of the columns. Times have all digits, so that they sort correctly as texts."""
    return (
        *(node.id, node.kind.value, node.status, node.name, "\n".join(node.parents), int(node.is_root)),
        *(node.media.value, node.created.isoformat(timespec="microseconds") if node.created else ""),
        *(node.taken and node.taken.isoformat(), node.size_bytes, node.md5, node.version, node.width, node.height),
    )


def node_of(row: sqlite3.Row) -> DriveNode:
    """A node from its columns."""
    values = dict(row)
    for name in ("created", "taken"):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return DriveNode(
        **values
        | {
            "kind": NodeKind(row["kind"]),
            "media": Kind(row["media"]),
            "parents": split(row["parents"]),
            "is_root": bool(row["is_root"]),
        }
    )
