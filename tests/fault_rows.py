"""The rows of the fault table: each fault of each service, also with other values, on other routes, and in plans."""

from __future__ import annotations

from typing import NamedTuple

from photosync.errors import Exit
from photosync.testing.faults import Fault, Faults
from photosync.testing.simulator import Simulator
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_google.simulator import GoogleSimulator

SIMULATORS: dict[str, type[Simulator]] = {
    "amazon": AmazonSimulator,
    "aura": AuraSimulator,
    "clouddrive": CloudDriveSimulator,
    "google": GoogleSimulator,
}


SOMETIMES = 0.3


class Row(NamedTuple):
    """A fault of the table."""

    name: str
    value: float | None = None
    on: str = ""
    """A kind of routes; empty: the usual kinds of the switch."""
    after: int = 0
    """The number of requests without the fault at the beginning."""

    @property
    def is_for_pushes(self) -> bool:
        """Whether a push has such requests."""
        return bool(self.on) or self.name not in Faults.CONTENT_ONLY

    @property
    def probabilities(self) -> tuple[float, ...]:
        """At each request, and at some of them; a variant only at each."""
        return (1,) if self[1:] != (None, "", 0) else (1, SOMETIMES)

    def __str__(self) -> str:
        words = [self.name, "" if self.value is None else f"{self.value:.15g}", self.on, "later" * bool(self.after)]
        return "-".join(filter(None, words))


_YEAR_S = 365 * 86_400
VARIANTS = (
    *(Row("throttle", value) for value in (1, -5, 9_999_999_999)),
    *(Row("throttle_date", value) for value in (-20 * _YEAR_S, 7900 * _YEAR_S)),
    Row("busy", 1),
    *(Row(name, 100) for name in ("truncate", "reset_body", "no_length")),
    Row("wrong_bytes", 1),
    *(Row("odd_range", value) for value in (1, 2, 3)),
    *(Row(name, on="list") for name in ("html", "json", "truncate", "reset_body", "cut_chunks", "no_length")),
    Row("other_etag", 1),
    Row("page_twice", after=1),
    Row("page_twice", 1, after=1),
    Row("shrunk", 0.5),
    Row("strange_years", 9999),
)
"""Other values than the usual ones, and other routes."""
ROWS = [
    (provider, row)
    for provider, simulator in SIMULATORS.items()
    for row in (*map(Row, simulator.faults_type.names()), *VARIANTS)
]

ENDS = frozenset({Exit.OK, Exit.USAGE, Exit.PARTIAL, Exit.AUTH, Exit.TEMPORARY, Exit.SUSPICIOUS})
"""What a service can do to a run."""
HARMLESS = (
    *("latency", "hold", "rate", "redirect", "drip", "chunked", "lose_answer", "date"),
    *("item_twice", "shrunk", "strange_years", "negative_numbers", "hostile_names"),
)
"""Faults that a run overcomes, at each request. A first listing cannot be seen to be short."""
NO_SERVICE = ("throttle", "throttle_date", "throttle_text", "busy", "server_error", "drop", "reset")
WRONG_CONTENT = (
    *("html", "json", "not_found", "wrong_bytes", "half", "oversize", "reencoded", "other_kind", "no_length"),
    "wrong_md5",
)
BROKEN_CONTENT = ("truncate", "reset_body", "cut_chunks", "stall")
_PULLS: dict[str, frozenset[Exit]] = {
    **dict.fromkeys(HARMLESS, frozenset({Exit.OK})),
    **dict.fromkeys((*NO_SERVICE, "half_json"), frozenset({Exit.TEMPORARY})),
    **dict.fromkeys(WRONG_CONTENT, frozenset({Exit.PARTIAL})),
    # Failures in a row may be those of a service that is down.
    **dict.fromkeys(BROKEN_CONTENT, frozenset({Exit.PARTIAL, Exit.TEMPORARY})),
    **dict.fromkeys(("bare_items", "null_items"), frozenset({Exit.OK, Exit.PARTIAL})),
    "page_twice": frozenset({Exit.OK, Exit.TEMPORARY}),
    "expired": frozenset({Exit.AUTH}),
}
_PUSHES: dict[str, frozenset[Exit]] = {
    **dict.fromkeys(HARMLESS, frozenset({Exit.OK})),
    **dict.fromkeys(NO_SERVICE, frozenset({Exit.PARTIAL, Exit.TEMPORARY})),
    # What became of an upload is not seen at once, and Aura's store takes no upload that a wrong clock signs.
    **dict.fromkeys(("lose_answer", "date"), frozenset({Exit.OK, Exit.PARTIAL, Exit.TEMPORARY})),
    "expired": frozenset({Exit.AUTH}),
}

VALUES: dict[str, float] = {
    "latency": 0.02,
    "stall": 0.1,
    "drip": 0,
    "drip_head": 0,
    "date": 40 * 86_400,
    "late_upload": 2,
    "pending_upload": 2,
    "lagging_listing": 5,
}
"""Short ones: how long a request takes at most is the subject of `transport/test_totals`."""
TIMES = {"drip_head": 2}
"""A head without end is read as far as 64 KiB, a byte at a time."""
OTHERS = {
    **dict.fromkeys(
        ("ignore_range", "wrong_range", "short_range", "refuse_range", "odd_range", "other_etag"), "truncate"
    ),
    **dict.fromkeys(("wrong_count", "bogus_nodes"), "refuse_changes"),
    **dict.fromkeys(("invalid_grant", "invalid_client", "token_error"), "expired"),
}
"""Faults that need another one: half of a content before a range, an old token before a new one."""
TRAITS: dict[str, dict[str, object]] = {
    "amazon": {"most_a_page": 3},
    "aura": {"most_a_page": 3},
    "clouddrive": {"answer_nodes": 3, "line_nodes": 2},
    "google": {"most_a_page": 3, "closes_in_s": 50},
}
"""Short pages. A person who does not finish to pick is waited for that long."""

NOT_REACHED = {
    **dict.fromkeys(("no_refresh_token", "fewer_scopes", "access_denied"), "sign-ins: test_sign_in, test_tokens"),
    **dict.fromkeys(("broken_piece", "closed_session", "strange_upload_host"), "large files: test_large_files"),
    "bare_conflict": "a name that is taken: test_name_conflicts",
    "items_refused": "items that were there before the album: test_albums",
    **dict.fromkeys(("page_token_expired", "circular_listing"), "longer listings: test_changes"),
    "slow_change": "changes of items: jobs/change/test_trash",
    **dict.fromkeys(("conflicts_with_itself", "lost_answer"), "changes of files: photosync_clouddrive/test_remote"),
    "keeps_trash_out": "after another fault: test_failed_files",
}
UNKNOWABLE = {
    (provider, name)
    for provider in ("google", "aura")
    for name in ("wrong_bytes", "oversize", "reencoded", "other_kind")
}
"""Google lists neither hash nor size, nor does Aura for videos; the md5 of Aura's photos is that of the upload, which
the service may have encoded anew. So a whole file of the right format is believed, if it comes the same way again."""
HINTS = frozenset({("aura", "wrong_md5"), ("google", "wrong_md5")})
"""So the listed hash is a hint, or there is none."""
KEPT_DAMAGED = frozenset({("amazon", "short_store"), ("amazon", "wrong_store")})
"""The service says that it stored something else, and keeps it. The file fails, also later if such damage has its other
name too; then the user has to remove it there."""


def is_reached(row: Row) -> bool:
    """Whether a pull or a push meets the fault."""
    return row.name not in NOT_REACHED


def pull_exits(provider: str, row: Row) -> frozenset[Exit]:
    """The right exit statuses of a pull in which each request has the fault."""
    if (provider, row.name) in HINTS:
        return frozenset({Exit.OK})
    if (provider, row.name) in UNKNOWABLE:
        return frozenset({Exit.OK, Exit.PARTIAL})
    if row.on == "list":
        return frozenset({Exit.TEMPORARY})
    return _PULLS.get(row.name, ENDS)


def push_exits(row: Row) -> frozenset[Exit]:
    """The right exit statuses of a push in which each request has the fault."""
    return _PUSHES.get(row.name, ENDS)


def fault(row: Row, probability: float) -> Fault:
    """The fault of a row."""
    value = VALUES.get(row.name) if row.value is None else row.value
    return Fault(value=value, times=TIMES.get(row.name), probability=probability, on=row.on or (), after=row.after)
