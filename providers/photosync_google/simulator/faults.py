"""What goes wrong at Google in its own way, as switches."""

from __future__ import annotations

from dataclasses import dataclass

from photosync.testing.faults import Fault, Faults


@dataclass
class GoogleFaults(Faults):
    """The switches of a simulated Google Photos."""

    # Picking (section 2.4)
    service_disabled: Fault | None = None
    """403: the Picker API is not enabled in the project."""
    scope_insufficient: Fault | None = None
    """403: the token does not allow it."""
    no_photos: Fault | None = None
    """400 for a new session: the account has no Google Photos."""
    quota_403: Fault | None = None
    """403 that means 'too often'."""
    too_many: Fault | None = None
    """429: too many sessions, or calls."""
    invalid_argument: Fault | None = None
    """400: the request was not understood."""
    session_expired: Fault | None = None
    """403 for any look at a session or what was picked in it."""
    unpicked: Fault | None = None
    """The person does not finish."""
    not_yet: Fault | None = None
    """400 for a listing, though the session said that it is done."""
    repeated_token: Fault | None = None
    """A page whose token leads to the same page again."""
    empty_page: Fault | None = None
    """A page without items and with a token."""

    # Content (section 4)
    processing: Fault | None = None
    """A listing says PROCESSING of a video."""
    failed_video: Fault | None = None
    """A listing says FAILED of a video."""
    error_picture: Fault | None = None
    """200 with a small PNG in place of the photo."""

    # Sign-in (section 1)
    no_refresh_token: Fault | None = None
    """An exchanged code brings no lasting sign-in."""
    fewer_scopes: Fault | None = None
    """The person unticks the box."""
    access_denied: Fault | None = None
    """The person presses Cancel."""
    invalid_grant: Fault | None = None
    """The token endpoint refuses the code or the refresh token."""
    invalid_client: Fault | None = None
    """The token endpoint does not know the client."""
    token_error: Fault | None = None
    """503 from the token endpoint."""
