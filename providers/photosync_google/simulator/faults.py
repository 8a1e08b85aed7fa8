"""Faults that are peculiar to Google Photos."""

from __future__ import annotations

from dataclasses import dataclass

from photosync.testing.faults import Fault, Faults


@dataclass
class GoogleFaults(Faults):
    """The faults of any service, and those of Google Photos."""

    # Picking (section 2.4)
    service_disabled: Fault | None = None
    """403: the Picker API is not enabled in the project."""
    scope_insufficient: Fault | None = None
    """403: the token does not allow it."""
    no_photos: Fault | None = None
    """400 for a new session: the account has no Google Photos."""
    quota_403: Fault | None = None
    """403 that means 'too many requests'."""
    too_many: Fault | None = None
    """429: too many sessions, or calls."""
    invalid_argument: Fault | None = None
    """400: the request is invalid."""
    session_expired: Fault | None = None
    """403 for any request about a session or its items."""
    unpicked: Fault | None = None
    """The person does not finish."""
    not_yet: Fault | None = None
    """400 for a listing, although the session is finished."""
    repeated_token: Fault | None = None
    """A page whose token points to the same page."""
    empty_page: Fault | None = None
    """A page without items and with a token."""

    # Content (section 4)
    processing: Fault | None = None
    """A listing says PROCESSING of a video."""
    failed_video: Fault | None = None
    """A listing says FAILED of a video."""
    error_picture: Fault | None = None
    """200 with a small PNG in place of the photo."""

    # Uploads (section 5)
    library_disabled: Fault | None = None
    """403: the Library API is not enabled in the project."""
    upload_scope: Fault | None = None
    """403: the token does not allow uploads."""
    quota_minute: Fault | None = None
    """429: too many writes per minute."""
    quota_uploads: Fault | None = None
    """400 that means 'too many uploads per minute'."""
    quota_day: Fault | None = None
    """429: the day's requests are used up."""
    refused_upload: Fault | None = None
    """400 for bytes."""
    broken_piece: Fault | None = None
    """The connection closes after `value` bytes of a piece; they are stored."""
    closed_session: Fault | None = None
    """404: a large file's upload session has ended."""
    strange_upload_host: Fault | None = None
    """The upload address of a large file is not on a host of Google."""
    no_token: Fault | None = None
    """200 for bytes, with an empty body."""
    token_line: Fault | None = None
    """The upload token has a line break at its end."""
    storage_full: Fault | None = None
    """400 for a whole batch: no storage is left."""
    item_bad: Fault | None = None
    """Code 3 for an item: BAD_IMAGE. `items` of this and the next ones are file names."""
    item_exists: Fault | None = None
    """Code 6 for an item: it exists already."""
    item_exhausted: Fault | None = None
    """Code 8 for an item: quota exceeded."""
    item_storage: Fault | None = None
    """Code 8 for an item: no storage is left."""
    item_internal: Fault | None = None
    """Code 13 for an item, at random."""
    item_forgotten: Fault | None = None
    """An item is created, but its result is missing."""
    token_old: Fault | None = None
    """Code 3 for an item: its token has expired."""
    album_refused: Fault | None = None
    """400: no item may be added to this album."""
    items_refused: Fault | None = None
    """400 when one of `items` (ids) is added to an album."""

    # Sign-in (section 1)
    no_refresh_token: Fault | None = None
    """The code is exchanged for a token without a refresh token."""
    fewer_scopes: Fault | None = None
    """The person does not permit the scope."""
    access_denied: Fault | None = None
    """The person presses Cancel."""
    invalid_grant: Fault | None = None
    """The token endpoint refuses the code or the refresh token."""
    invalid_client: Fault | None = None
    """The token endpoint does not know the client."""
    token_error: Fault | None = None
    """503 from the token endpoint."""
