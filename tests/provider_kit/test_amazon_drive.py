"""Nodes and usage of the drive API: any field but the id can be missing or nonsense."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from photosync.errors import ProviderError
from photosync.model import GpsPosition, Kind, Usage
from photosync.provider_kit.amazon_drive.nodes import MD5_OF_NOTHING, DriveNode, NodeKind, nodes_of, parse_node
from photosync.provider_kit.amazon_drive.usage import usage_of

TIMES = (("image", "dateTimeOriginal"), ("video", "creationDate"))
PHOTO = {
    "id": "node1",
    "name": "IMG_1.JPG",
    "kind": "FILE",
    "status": "AVAILABLE",
    "parents": ["a", "b", "a"],
    "createdDate": "2023-08-14T18:02:11.000Z",
    "contentProperties": {
        "md5": "D41D8CD98F00B204E9800998ECF8427E",
        "size": "12",
        "contentType": "image/jpeg",
        "contentDate": "2019-07-06T18:22:00.000Z",
        "version": 3,
        "image": {"width": 40, "height": 30, "location": "49.2827, -123.1207"},
    },
}


def parsed(**fields: object) -> DriveNode:
    node = parse_node({"id": "node1", "kind": "FILE", **fields}, times=TIMES)
    assert node is not None
    return node


def test_a_photo_with_everything() -> None:
    node = parse_node(PHOTO, times=TIMES)
    assert node is not None
    assert (node.parents, node.md5, node.size_bytes, node.version) == (("a", "b"), MD5_OF_NOTHING, 12, "3")
    assert (node.taken, node.gps) == (datetime(2019, 7, 6, 18, 22), GpsPosition(49.2827, -123.1207))
    assert (node.item().kind, node.item().added) == (Kind.PHOTO, datetime(2023, 8, 14, 18, 2, 11, tzinfo=UTC))


@pytest.mark.parametrize("value", [None, 1, "nonsense", [], {"size": {}}])
def test_nonsense_is_unknown(value: object) -> None:
    node = parsed(**{name: value for name in PHOTO if name not in ("id", "kind", "name", "status")})
    assert (node.md5, node.size_bytes, node.taken, node.gps, node.parents) == (None, None, None, None, ())


@pytest.mark.parametrize("content", [None, [], {}, {"id": ""}, {"id": "a"}, {"id": "a", "kind": "ASSET"}])
def test_what_is_neither_file_nor_folder_is_no_node(content: object) -> None:
    assert parse_node(content) is None


def test_a_node_that_does_not_tell_its_kind() -> None:
    node = parse_node({"id": "a", "isRoot": "true"}, missing_kind=NodeKind.FOLDER)
    assert node == DriveNode("a", NodeKind.FOLDER, "AVAILABLE", None, is_root=True)


@pytest.mark.parametrize(
    ("properties", "name", "media"),
    [
        ({"contentType": "VIDEO/mp4"}, "a.jpg", Kind.VIDEO),
        ({"video": {"width": 1}}, "a", Kind.VIDEO),
        ({"image": {"width": 1}}, "a", Kind.PHOTO),
        ({"extension": "MOV"}, "a.jpg", Kind.VIDEO),
        ({}, "a.heic", Kind.PHOTO),
        ({}, "jpg", Kind.OTHER),
        ({"contentType": "application/pdf"}, "a.pdf", Kind.OTHER),
    ],
)
def test_what_a_file_is(properties: dict[str, object], name: str, media: Kind) -> None:
    assert parsed(name=name, contentProperties=properties).media is media


def test_the_best_capture_time_that_can_be_read() -> None:
    image = {"dateTimeOriginal": "2019-02-31T00:00:00Z"}
    video = {"creationDate": "2018-01-02T03:04:05.678Z"}
    node = parsed(contentProperties={"contentDate": "today", "image": image, "video": video})
    assert node.taken == datetime(2018, 1, 2, 3, 4, 5, 678000)


def test_details_at_the_top_of_a_node() -> None:
    assert parsed(image={"width": 40}, contentProperties={}).width == 40


def test_an_empty_file_needs_no_hash() -> None:
    assert parsed(contentProperties={"size": 0}).md5 == MD5_OF_NOTHING


@pytest.mark.parametrize("answer", [None, [], {}, {"data": {}}])
def test_a_listing_without_nodes_is_an_error(answer: object) -> None:
    with pytest.raises(ProviderError, match="The service answered without a list of nodes"):
        nodes_of(answer, "The service")


def test_usage_by_type() -> None:
    billable = {"bytes": 3, "count": 1}
    answer = {
        "photo": {"total": {"bytes": 5, "count": "2"}, "billable": billable},
        "doc": {"total": {"bytes": -1}},
        "other": None,
    }
    photos = Usage("photo", 5, 2, billable_bytes=3, billable_count=1)
    assert usage_of(answer, "The service") == [photos, Usage("doc", 0, 0)]
    with pytest.raises(ProviderError):
        usage_of([], "The service")
