"""The meaning of refusals from Aura and its upload store.

Facts: protocol notes on Aura, sections 1, 3, 7 and 8.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus

from photosync.errors import ItemError, PhotosyncError, ProviderError, Reason, SignInError, TemporaryError, UsageError
from photosync.provider_kit.json_fields import json_object
from photosync.transport import Answer
from photosync_aura.auth import AuraAuth
from photosync_aura.items import Frame, text

_REFUSED_SIGN_IN = 475
"""The service's own status, which is not registered."""
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"})
_CODE = re.compile(rb"<Code>\s*(\w{1,80})\s*</Code>")


def classifier(account: str, auth: AuraAuth) -> Callable[[Answer], PhotosyncError | None]:
    """Recognises the service's own refusals: its status 475, and errors in answers with a status of success."""

    def message(answer: Answer) -> str:
        return auth.masked(text(json_object(answer.body), "message") or "no reason given")

    def classify(answer: Answer) -> PhotosyncError | None:
        if answer.status == _REFUSED_SIGN_IN:
            return SignInError(auth.explain_refusal(message(answer)))
        if answer.status != HTTPStatus.OK:
            return None
        envelope = json_object(answer.body)
        if not envelope.get("error"):
            return None
        if envelope.get("logout"):
            return SignInError(auth.explain(message(answer)))
        status = HTTPStatus.NOT_FOUND if envelope.get("message") == "Not found" else None
        return ProviderError(f"account '{account}': Aura refused the request: {message(answer)}", status, answer.body)

    return classify


def unknown_frame(account: str, frame: Frame, error: ProviderError) -> UsageError | None:
    """The error for a frame that this account does not see; None if `error` has another meaning."""
    # A web page is what a proxy says, and not the service.
    if error.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN) or not json_object(error.body):
        return None
    return UsageError(
        f"account '{account}': Aura shows this account no frame '{frame.name}' ({frame.id}, {error.status}). "
        "The frame's id is wrong, or this account is no member of it. "
        f"The frames that it has: photosync collections {account}"
    )


def is_expired_permission(error: ProviderError) -> bool:
    """Whether the upload store refuses an expired permission."""
    return _store_code(error) in _EXPIRED


def store_refusal(account: str, name: str, error: ProviderError) -> PhotosyncError:
    """The error for the upload store's refusal of the file `name`. The store's text repeats the signed request."""
    code = _store_code(error)
    if code == "EntityTooLarge":
        return ItemError(f"{name}: Aura's upload store says that it is too large", Reason.TOO_LARGE)
    if code == "RequestTimeTooSkewed":
        return TemporaryError(
            f"account '{account}': Aura's upload store refuses requests from this computer, because its clock is wrong "
            "by more than a quarter of an hour. Set the clock and run this again.",
            Reason.REFUSED,
        )
    return ProviderError(
        f"account '{account}': Aura's upload store refused {name} ({error.status}, {code or 'no reason'}). The same "
        "would happen to all other files, so the run ends. Aura may have changed where uploads go; 'upload', "
        "'identity' and 'identity_pool' say where.",
        error.status,
    )


def _store_code(error: ProviderError) -> str:
    """`<Code>` of the store's XML, or empty."""
    found = _CODE.search(error.body)
    return found[1].decode() if found else ""
