"""What goes wrong at Amazon Photos in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from photosync.testing.faults import Fault, Faults


@dataclass
class AmazonFaults(Faults):
    """The switches of all services, and this one's own."""

    sign_in_page: Fault | None = None
    """200 with the HTML page that asks for a password."""
    sign_in_redirect: Fault | None = None
    """302 to that page."""
    robot_check: Fault | None = None
    """503 with the HTML page that asks whether somebody is there."""
    refuse_redirection: Fault | None = None
    """403 on the content route, so that the download host is the way."""
    not_registered: Fault | None = None
    """403 of the host that takes uploads: it does not know the session."""
    quota: Fault | None = None
    """403 to an upload: there is no room."""
    short_store: Fault | None = None
    """The part `value` (0.5) of an upload is kept, and the answer tells so."""
    wrong_store: Fault | None = None
    """As many bytes of an upload are kept, but others, and the answer tells so."""
    silent: Fault | None = None
    """The answer to an upload tells no hash."""
    lag: Fault | None = None
    """A listing of nodes that asks for a hash, a folder or a name shows nothing."""

    UPLOAD_ONLY: ClassVar[frozenset[str]] = Faults.UPLOAD_ONLY | {
        *("not_registered", "quota", "short_store", "wrong_store", "silent"),
    }
