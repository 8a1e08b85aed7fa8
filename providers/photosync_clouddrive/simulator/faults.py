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
