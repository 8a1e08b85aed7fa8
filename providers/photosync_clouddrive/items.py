"""Items from the service's nodes.

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
    """A file or folder; None for nodes that are not used here: assets, albums, unknown kinds."""
    return nodes.parse_node(content, times=_CAPTURE_TIMES)


def item_of(node: DriveNode, paths: tuple[str, ...]) -> Item:
    """A file as an item in the folders `paths`; the first is its own folder."""
    return replace(
        node.item(),
        collections=tuple(path for path in paths if path),
        folder=paths[0] if paths else "",
        revision=node.version,
    )
