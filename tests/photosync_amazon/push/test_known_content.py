"""Content that the account has already is not sent."""

from __future__ import annotations

import pytest

from photosync.testing import Fault
from photosync_amazon.simulator import AmazonSimulator
from photosync_amazon.simulator.uploads import ConflictBody
from tests.photosync_amazon.push.uploader import BODIES, THERE, Uploader, md5, photo


def test_what_the_account_has_anywhere_is_not_sent(user: Uploader, simulator: AmazonSimulator) -> None:
    there = [simulator.library.content_of(item.id) for item in simulator.library.expected()]
    user.write({f"Holiday/renamed {place}.JPG": content for place, content in enumerate(there)})
    user.write({"Holiday/new.JPG": photo(1)})
    result = user.push("Holiday")
    assert user.numbers(result) == (1, THERE, 0, 0)
    assert simulator.counts["upload"] == 1
    assert list(simulator.uploads.tree()) == ["Holiday/new.JPG"]


def test_what_others_share_is_no_copy(user: Uploader, simulator: AmazonSimulator) -> None:
    """Found by its hash, but owned by another account: the service accepts ours."""
    content = simulator.library.content_of(simulator.library.id_of(0))
    simulator.account.tree.foreign.add(0)
    user.write({"IMG_1.JPG": content})
    result = user.push("IMG_1.JPG")
    assert user.numbers(result) == (1, 0, 0, 0)
    assert simulator.uploads.tree() == {"IMG_1.JPG": md5(content)}


@pytest.mark.parametrize("body", BODIES)
def test_a_content_that_came_meanwhile_is_there(user: Uploader, simulator: AmazonSimulator, body: ConflictBody) -> None:
    content = simulator.library.content_of(next(simulator.library.expected()).id)
    user.write({"IMG_1.JPG": content})
    simulator.uploads.conflict_body = body
    simulator.faults.lag = Fault(times=1)
    result = user.push("IMG_1.JPG")
    assert (result.exit, user.numbers(result)) == (0, (0, 1, 0, 0)), result
    assert (simulator.counts["409"], len(simulator.library)) == (1, THERE)


@pytest.mark.parametrize("body", BODIES)
def test_content_in_the_trash_is_reported(user: Uploader, simulator: AmazonSimulator, body: ConflictBody) -> None:
    item = next(simulator.library.expected())
    user.write({"IMG_1.JPG": simulator.library.content_of(item.id)})
    simulator.library.remove(item.id)
    simulator.uploads.conflict_body = body
    result = user.push("IMG_1.JPG")
    assert (result.exit, result.reasons) == (3, ["in_trash"]), result
    assert "Restore it there" in result.errors[0]["error"]
