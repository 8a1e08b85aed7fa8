"""Items from the service's nodes.

Facts: protocol notes on Amazon Cloud Drive, section 8.
"""

from __future__ import annotations

from photosync.model import Item
from photosync.provider_kit.amazon_drive import nodes
from photosync.provider_kit.amazon_drive.nodes import AVAILABLE, DriveNode, NodeKind
from photosync.provider_kit.json_fields import identifier, text

_CAPTURE_TIMES = (
    ("image", "dateTimeOriginal"),
    ("image", "dateTimeDigitized"),
    ("image", "dateTime"),
    ("video", "creationDate"),
)


def parse_node(content: object) -> DriveNode | None:
    """A file or folder; None for nodes that are not used here: assets, albums, unknown kinds.

    A node without a kind is one of which nothing is known (`is_broken`), and not one that is gone.
    """
    parsed = nodes.parse_node(content, times=_CAPTURE_TIMES)
    id_ = identifier(content)
    if parsed is None and id_ is not None and text(content, "kind") is None:
        return DriveNode(id_, NodeKind.FILE, AVAILABLE, None)
    return parsed


def item_of(node: DriveNode, paths: tuple[str, ...]) -> Item:
    """A file as an item in the folders `paths`; the first is its own folder."""
    return node.item(
        collections=tuple(path for path in paths if path),
        folder=paths[0] if paths else "",
        revision=node.version,
    )
