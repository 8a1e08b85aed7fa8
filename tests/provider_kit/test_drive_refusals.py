"""The meaning of refusals of the drive API that two services share."""

from __future__ import annotations

import json

import pytest

from photosync.errors import ItemError, Reason, StorageFullError
from photosync.transport import Answer
from photosync_amazon.refusals import AmazonRefusal
from photosync_clouddrive.refusals import CloudDriveRefusal

KINDS = pytest.mark.parametrize("kind", [AmazonRefusal, CloudDriveRefusal])


def refusal(kind: type[AmazonRefusal | CloudDriveRefusal], status: int, **content: str) -> object:
    answer = Answer(status, "https://www.example.org/nodes", {}, json.dumps(content).encode())
    return kind.of(answer).error("account", "holiday/quota.jpg")


@KINDS
@pytest.mark.parametrize(
    "content",
    [
        {"code": "NO_ACTIVE_SUBSCRIPTION_FOUND", "message": "File size exceeds account allowance."},
        {"code": "NO_ACTIVE_SUBSCRIPTION_FOUND"},
        {"message": "File size exceeds account allowance."},
    ],
)
def test_the_code_says_that_the_storage_is_full(
    kind: type[AmazonRefusal | CloudDriveRefusal], content: dict[str, str]
) -> None:
    assert isinstance(refusal(kind, 403, **content), StorageFullError)


@KINDS
@pytest.mark.parametrize("name", ["quota.jpg", "account allowance.jpg", "NO_ACTIVE_SUBSCRIPTION.jpg"])
def test_a_file_name_in_a_message_says_nothing(kind: type[AmazonRefusal | CloudDriveRefusal], name: str) -> None:
    error = refusal(kind, 400, code="INVALID_PARAMETER", message=f"The name {name} is not valid")
    assert isinstance(error, ItemError)
    assert error.reason is Reason.REFUSED
