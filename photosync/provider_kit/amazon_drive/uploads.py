"""Uploading a file: the code that both services share."""

from __future__ import annotations

from http import HTTPStatus

from photosync.errors import Reason
from photosync.model import Digest
from photosync.provider_kit.amazon_drive.nodes import DriveNode

STORED = (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT)
_LEAST_TIMEOUT_S, _MOST_TIMEOUT_S = 120.0, 900.0
_HASHED_BYTES_PER_S = 10_000_000


def answer_timeout_s(size_bytes: int) -> float:
    """The time-out for the answer to an upload: the service hashes the whole file before it answers."""
    return min(_LEAST_TIMEOUT_S + size_bytes / _HASHED_BYTES_PER_S, _MOST_TIMEOUT_S)


def difference(node: DriveNode, digest: Digest) -> tuple[str, Reason] | None:
    """The difference between the content of `node` and the sent one, and its reason; None: no known difference."""
    if node.size_bytes not in (None, digest.size_bytes):
        return f"has {node.size_bytes} bytes of {digest.size_bytes}", Reason.SIZE_MISMATCH
    if node.md5 not in (None, digest.md5):
        return f"has other bytes (md5 {node.md5})", Reason.HASH_MISMATCH
    return None
