"""Names that another file has already, and unusual names."""

from __future__ import annotations

import pytest

from photosync_amazon.simulator import AmazonSimulator
from photosync_amazon.simulator.uploads import ConflictBody
from tests.photosync_amazon.push.uploader import Uploader, md5, photo


@pytest.mark.parametrize(
    ("policy", "body", "numbers", "exit_"),
    [
        ("rename", "code", (1, 0, 0, 0), 0),
        ("rename", "node", (1, 0, 0, 0), 0),
        ("rename", "nothing", (1, 0, 0, 0), 0),
        ("skip", "code", (0, 0, 1, 0), 0),
        ("fail", "nothing", (0, 0, 0, 1), 3),
    ],
)
def test_another_file_has_the_name(
    user: Uploader,
    simulator: AmazonSimulator,
    policy: str,
    body: ConflictBody,
    numbers: tuple[int, int, int, int],
    exit_: int,
) -> None:
    user.write({"Holiday/IMG_1.JPG": photo(1)})
    assert user.push("Holiday").exit == 0
    user.write({"Holiday/IMG_1.JPG": photo(2)})
    simulator.uploads.conflict_body = body
    result = user.push("Holiday", "--on-conflict", policy)
    assert (result.exit, user.numbers(result)) == (exit_, numbers), result
    tree = simulator.uploads.tree()
    assert tree["Holiday/IMG_1.JPG"] == md5(photo(1)), "what is there is never changed"
    assert sorted(tree.values()) == sorted([md5(photo(1)), md5(photo(2))][: 1 + numbers[0]])
    assert result.reasons == ["name_taken"] * numbers[3]
    if body != "nothing":
        assert simulator.counts["GET /drive/v1/nodes"] == 2, "the root and the content: the answer tells the rest"
    again = user.push("Holiday", "--on-conflict", policy)
    assert user.numbers(again) == ((0, 1, 0, 0) if policy == "rename" else numbers)
    assert len(simulator.uploads.tree()) == len(tree)


@pytest.mark.parametrize(
    "name",
    [
        "blank and tab\t.jpg",
        "quotes \"double\" and 'single'.jpg",
        "a & b + c = d; e #1 ?x=y %20 100%.jpg",
        "name&kind=FOLDER&parentNodeId=x.jpg",
        "signature.jpg",
        "日本語のファイル.jpg",
        "e\u0301te\u0301.jpg",
        "emoji \U0001f468\u200d\U0001f469\u200d\U0001f467.jpg",
        "back\\slash (1) [2] {3}.jpg",
        "-rf.jpg",
        "(AND) OR NOT.jpg",
        "ü" * 125 + ".jpg",
        "a" * 251 + ".jpg",
    ],
)
def test_hostile_names_arrive_as_they_are(user: Uploader, simulator: AmazonSimulator, name: str) -> None:
    stem = name.removesuffix(".jpg")
    user.write({f"{stem}/{name}": photo(1)})
    result = user.push(f"./{stem}")
    assert result.exit == 0, result
    (path,) = simulator.uploads.tree()
    composed = stem.replace("e\u0301", "é")
    assert path == f"{composed}/{composed}.jpg"
    user.forget_pushes()
    user.write({f"{stem}/{name}": photo(2)})
    simulator.uploads.conflict_body = "nothing"
    again = user.push(f"./{stem}")
    assert (again.exit, user.numbers(again)) == (0, (1, 0, 0, 0)), again
    assert sorted(simulator.uploads.tree().values()) == sorted((md5(photo(1)), md5(photo(2))))
    assert len(simulator.account.tree.folders) == 1
