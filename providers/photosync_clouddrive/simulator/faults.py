"""What goes wrong at a drive in its own way (protocol notes, section 12)."""

from __future__ import annotations

from dataclasses import dataclass

from photosync.testing.faults import Fault, Faults


@dataclass
class CloudDriveFaults(Faults):
    """What goes wrong at this service in its own way."""

    cut_changes: Fault | None = None
    """The connection closes after `value` lines of the changes; 2.5 is in the middle of the third."""
    no_end: Fault | None = None
    """The changes end after `value` lines, as if that were right, without a line that says so."""
    blank_lines: Fault | None = None
    """Blank lines between all others."""
    second_reset: Fault | None = None
    """Line `value`, counted from 0, says reset too."""
    changes_status: Fault | None = None
    """After one line comes one with status `value` (500), and then nothing."""
    broken_line: Fault | None = None
    """Line `value`, counted from 0, is no JSON."""
    gzip_changes: Fault | None = None
    """The changes come compressed."""
    refuse_changes: Fault | None = None
    """`value` (403) to the question for changes."""
    refuse_checkpoint: Fault | None = None
    """400 to a question with a checkpoint."""
    page_token_expired: Fault | None = None
    """400 to a listing's next page."""
    circular_listing: Fault | None = None
    """A page whose token leads to itself."""
    wrong_count: Fault | None = None
    """A listing that counts more than it brings."""
    bogus_nodes: Fault | None = None
    """A listing with a folder and a file in the trash that nobody asked for."""
    not_allowed: Fault | None = None
    """403 to every call of the drive."""
    front_end: Fault | None = None
    """403 of a front end that fails (section 5.1)."""
    hashless: Fault | None = None
    """Nodes as they are while the service still works on them: without md5."""
    lagging_listing: Fault | None = None
    """Listings do not have what came in the last `value` seconds (600)."""
    cut_upload: Fault | None = None
    """The connection closes when `value` (0.5) of the body came."""
    broken_transfer: Fault | None = None
    """400 'Cannot read from request.' after the whole body; nothing is kept."""
    wrapped_expiry: Fault | None = None
    """400 after the whole body, which says that the token expired."""
    stale_parent: Fault | None = None
    """400 after the whole body: the folder does not exist."""
    late_upload: Fault | None = None
    """504 after the whole body; the file appears `value` seconds later, and has its name until then."""
    pending_upload: Fault | None = None
    """The same, but until then the file can be seen as PENDING."""
    short_store: Fault | None = None
    """`value` (0.5) of the content is kept, without a word."""
    damaged_store: Fault | None = None
    """The right size is kept, with a wrong byte."""
    astray: Fault | None = None
    """A file lands in the root."""
    astray_folder: Fault | None = None
    """A folder does."""
    bare_answer: Fault | None = None
    """An answer with the id alone."""
    bare_conflict: Fault | None = None
    """A conflict by name without `info` and `code`; with `value` 1 without the id in the message too."""
    stale_conflict: Fault | None = None
    """A conflict with what has the name in the trash."""
    ignores_suppress: Fault | None = None
    """Content that is there already is refused although that was to be suppressed."""
    keeps_trash_out: Fault | None = None
    """403 to what is put to the trash."""
