"""Items from what the service calls nodes.

Facts: protocol notes on Amazon Cloud Drive, section 8.
"""

from __future__ import annotations

from dataclasses import replace

from photosync.model import Item
from photosync.provider_kit.amazon_drive import nodes
from photosync.provider_kit.amazon_drive.nodes import DriveNode

_CAPTURE_TIMES = (
    ("image", "dateTimeOriginal"),
    ("image", "dateTimeDigitized"),
    ("image", "dateTime"),
    ("video", "creationDate"),
)


def parse_node(content: object) -> DriveNode | None:
    """A file or folder; None for what is not used here: assets, albums, unknown kinds."""
    return nodes.parse_node(content, times=_CAPTURE_TIMES)


def item_of(node: DriveNode, paths: tuple[str, ...]) -> Item:
    """A file as an item that is in the folders `paths`, the first of which is its own."""
    return replace(
        node.item(),
        collections=tuple(path for path in paths if path),
        folder=paths[0] if paths else "",
        revision=node.version,
    )
