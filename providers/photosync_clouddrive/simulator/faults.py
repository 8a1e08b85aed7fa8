"""Faults that are peculiar to Cloud Drive (protocol notes, section 12)."""

from __future__ import annotations

from dataclasses import dataclass

from photosync.testing.faults import Fault, Faults


@dataclass
class CloudDriveFaults(Faults):
    """The faults of any service, and those of Cloud Drive."""

    no_refresh_token: Fault | None = None
    """A renewed token comes without a refresh token: the old one stays valid (section 1.1)."""
    cut_changes: Fault | None = None
    """The connection closes after `value` lines of the changes; 2.5: in the middle of the third."""
    no_end: Fault | None = None
    """The changes end regularly after `value` lines, but without the line that marks the end."""
    blank_lines: Fault | None = None
    """Blank lines between all lines."""
    second_reset: Fault | None = None
    """Line `value`, counted from 0, has `reset` too."""
    changes_status: Fault | None = None
    """The second line has the status `value` (500) and is the last."""
    broken_line: Fault | None = None
    """Line `value`, counted from 0, is not JSON."""
    gzip_changes: Fault | None = None
    """The changes are compressed."""
    refuse_changes: Fault | None = None
    """`value` (403) to a request for changes."""
    refuse_checkpoint: Fault | None = None
    """400 to a request with a checkpoint."""
    page_token_expired: Fault | None = None
    """400 to a listing's second or later page."""
    circular_listing: Fault | None = None
    """A page whose token points to the same page."""
    wrong_count: Fault | None = None
    """A listing with a count above the number of its nodes."""
    bogus_nodes: Fault | None = None
    """A listing with a folder and a file in the trash that do not match the filter."""
    not_allowed: Fault | None = None
    """403 to every call of the drive."""
    front_end: Fault | None = None
    """403 of a failing front end (section 5.1)."""
    hashless: Fault | None = None
    """Nodes that the service is still processing: without md5."""
    lagging_listing: Fault | None = None
    """Listings lack the nodes of the last `value` seconds (600)."""
    cut_upload: Fault | None = None
    """The connection closes after `value` (0.5) of the body."""
    broken_transfer: Fault | None = None
    """400 'Cannot read from request.' after the whole body; nothing is stored."""
    wrapped_expiry: Fault | None = None
    """400 after the whole body: the token has expired."""
    stale_parent: Fault | None = None
    """400 after the whole body: the folder does not exist."""
    late_upload: Fault | None = None
    """504 after the whole body; the file appears `value` seconds later, and its name is reserved until then."""
    pending_upload: Fault | None = None
    """The same, but until then the file is listed as PENDING."""
    short_store: Fault | None = None
    """Only `value` (0.5) of the content is stored, and the answer is a success."""
    damaged_store: Fault | None = None
    """The content is stored with one wrong byte."""
    astray: Fault | None = None
    """A file is stored in the root folder."""
    astray_folder: Fault | None = None
    """A folder is created in the root folder."""
    bare_answer: Fault | None = None
    """An answer with the id only."""
    bare_conflict: Fault | None = None
    """A name conflict without `info` and `code`; with `value` 1 also without the id in the message."""
    stale_conflict: Fault | None = None
    """A conflict with a node of the same name in the trash."""
    ignores_suppress: Fault | None = None
    """Existing content is refused although the request suppresses this check."""
    keeps_trash_out: Fault | None = None
    """403 when a node is moved to the trash."""
    conflicts_with_itself: Fault | None = None
    """A new name that differs in case alone conflicts with the old one."""
    lost_answer: Fault | None = None
    """504 after a node was changed."""
