"""Faults that are peculiar to Aura (protocol notes on Aura, sections 1, 4, 6 and 7)."""

from __future__ import annotations

from dataclasses import dataclass

from photosync.testing.faults import Fault, Faults


@dataclass
class AuraFaults(Faults):
    """The faults of any service, and those of Aura."""

    locked: Fault | None = None
    """475 to a sign-in with the right password."""
    no_token: Fault | None = None
    """A sign-in that is answered without the token."""
    error_envelope: Fault | None = None
    """200 with an error inside, on listings, that repeats the token."""
    not_found_envelope: Fault | None = None
    """200 with the 'Not found' of a wrong frame id inside."""
    repeat_cursor: Fault | None = None
    """A page whose cursor points to the same page."""
    empty_page: Fault | None = None
    """An empty page with a cursor."""
    forbidden: Fault | None = None
    """403 on a frame."""
    refuse_video: Fault | None = None
    """403 for a video whose address is valid."""
    empty_body: Fault | None = None
    """200 with an empty body instead of a photo."""
    write_401: Fault | None = None
    """401 to a single change, without a lock."""
    write_475: Fault | None = None
    """475 to a change."""
    write_lock: Fault | None = None
    """Locks the account: 401 to all changes, and 475 to sign-ins, until `desk.is_locked` is False."""
    write_error: Fault | None = None
    """200 with an error inside, to a change."""
    unselectable: Fault | None = None
    """A picture that is not added to a frame; the answer has only the number of added pictures."""
    left_out: Fault | None = None
    """An announced and uploaded picture that remains a placeholder."""
    store_denies: Fault | None = None
    """403 with XML from the store."""
