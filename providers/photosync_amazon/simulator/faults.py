"""Faults that are peculiar to Amazon Photos."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from photosync.testing.faults import Fault, Faults


@dataclass
class AmazonFaults(Faults):
    """The faults of any service, and those of Amazon Photos."""

    sign_in_page: Fault | None = None
    """200 with the HTML page that asks for a password."""
    sign_in_redirect: Fault | None = None
    """302 to that page."""
    renewed_cookies: Fault | None = None
    """`Set-Cookie` with another `at-…`; those before stay valid until `end_older_cookies`."""
    robot_check: Fault | None = None
    """503 with the HTML page of a robot check."""
    to_bucket: Fault | None = None
    """The host with the content redirects to a bucket, and sets a cookie as if it were the site."""
    refuse_redirection: Fault | None = None
    """403 on the content route, so that the download host must be used."""
    not_registered: Fault | None = None
    """403 from the upload host: it does not know the session."""
    quota: Fault | None = None
    """403 to an upload: the storage is full."""
    short_store: Fault | None = None
    """Only the part `value` (0.5) of an upload is stored, and the answer has its size and hash."""
    wrong_store: Fault | None = None
    """Other bytes of the same length are stored, and the answer has their hash."""
    silent: Fault | None = None
    """The answer to an upload has no hash."""
    slow_change: Fault | None = None
    """A node is shown as if it had not gone to the trash, or come back, yet."""
    lag: Fault | None = None
    """A node listing with a filter on a hash, a folder or a name is empty."""

    UPLOAD_ONLY: ClassVar[frozenset[str]] = Faults.UPLOAD_ONLY | {
        *("not_registered", "quota", "short_store", "wrong_store", "silent"),
    }
