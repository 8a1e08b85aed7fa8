"""The store that takes uploads, and who gives out the permission: AWS without an SDK.

Facts: protocol notes on Aura, 8.1 (steps 2 and 3) and 8.2. The permission is a key of AWS's own, lasts an hour, and can
do nothing but write. The account's own credentials have no business here: the transport that this works with has none.

What was sent is checked by the store itself, which compares the bytes with the hash that the signature covers.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO
from urllib.parse import urlsplit

from photosync.errors import ItemError, ProviderError, Reason, TemporaryError
from photosync.transport import Transport
from photosync_aura.assets import Json, part, text
from photosync_aura.settings import AuraSettings

_RENEW_BEFORE_S = 5 * 60.0
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"})
_CODE = re.compile(rb"<Code>\s*(\w{1,80})\s*</Code>")
_SERVICE = "AWSCognitoIdentityService"


@dataclass(frozen=True, slots=True)
class Permission:
    """What requests to the store are signed with."""

    key_id: str
    secret: str
    token: str
    ends_at: float
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is to lie in the store."""

    open: Callable[[], BinaryIO]
    md5: str
    """32 lower-case hex digits."""
    sha256: str
    """64 lower-case hex digits."""
    mime: str


def signed_headers(
    url: str, content_type: str, payload_sha256: str, permission: Permission, region: str, now: datetime
) -> dict[str, str]:
    """The headers of a `PUT` of `url`, the signature among them (AWS Signature Version 4)."""
    parts = urlsplit(url)
    moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "content-type": content_type,
        "host": parts.netloc,
        "x-amz-content-sha256": payload_sha256,
        "x-amz-date": moment,
        "x-amz-security-token": permission.token,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = "\n".join(("PUT", parts.path, "", lines, names, payload_sha256))
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    to_sign = "\n".join(("AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(request.encode()).hexdigest()))
    key = f"AWS4{permission.secret}".encode()
    for word in scope.split("/"):
        key = hmac.digest(key, word.encode(), "sha256")
    signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
    del headers["host"]  # whoever sends it writes this one
    return headers | {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={permission.key_id}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    }


class UploadStore:
    """Takes contents, one at a time or several. `transport` has no credentials of the account."""

    def __init__(
        self, account: str, settings: AuraSettings, transport: Transport, clock: Callable[[], float] = time.time
    ) -> None:
        self._account = account
        self._settings = settings
        self._transport = transport
        self._clock = clock
        self._lock = threading.Lock()
        self._permission: Permission | None = None

    def put(self, key: str, content: Content, name: str) -> None:
        """Put `content` there as `key`; `name` is the file's, for messages. It does no harm to do it twice.

        Raises `ItemError` for what concerns this file alone, `TemporaryError` and `ProviderError` for the rest.
        """
        permission = self._permit(refused=None)
        try:
            self._put(key, content, permission)
        except ProviderError as error:
            if _code(error) not in _EXPIRED:
                raise self._explained(error, name) from error
        else:
            return
        try:
            self._put(key, content, self._permit(refused=permission))
        except ProviderError as error:
            raise self._explained(error, name) from error

    def _put(self, key: str, content: Content, permission: Permission) -> None:
        url = f"{self._settings.upload}/{key}"
        now = datetime.fromtimestamp(self._clock(), UTC)
        self._transport.request(
            "PUT",
            url,
            body=content.open,
            headers=signed_headers(url, content.mime, content.sha256, permission, self._settings.region, now),
            signed=False,
        )

    def _permit(self, refused: Permission | None) -> Permission:
        """A permission that is still good for a while, and other than the one that was refused."""
        with self._lock:
            there = self._permission
            if there is None or there == refused or there.ends_at - self._clock() < _RENEW_BEFORE_S:
                there = self._permission = self._new_permission()
            return there

    def _new_permission(self) -> Permission:
        identity = self._ask("GetId", {"IdentityPoolId": self._settings.identity_pool})
        identity_id = text(identity, "IdentityId")
        answer = self._ask("GetCredentialsForIdentity", {"IdentityId": identity_id}) if identity_id else {}
        given = part(answer, "Credentials")
        key_id, secret, token = (text(given, name) for name in ("AccessKeyId", "SecretKey", "SessionToken"))
        ends_at = given.get("Expiration")
        if key_id is None or secret is None or token is None or not isinstance(ends_at, int | float):
            raise ProviderError(
                f"account '{self._account}': Aura's service for upload permissions gave none; its protocol may have "
                "changed"
            )
        self._transport.hide(key_id, secret, token)
        return Permission(key_id, secret, token, float(ends_at))

    def _ask(self, operation: str, wish: Mapping[str, object]) -> Json:
        answer = self._transport.json(
            "POST",
            self._settings.identity,
            json=wish,
            headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"{_SERVICE}.{operation}"},
            signed=False,
        )
        return answer if isinstance(answer, Mapping) else {}

    def _explained(self, error: ProviderError, name: str) -> Exception:
        """The store's refusal in words; its own repeat the request, with what signs it."""
        code = _code(error)
        if code == "EntityTooLarge":
            return ItemError(f"{name}: Aura's upload store says that it is too large", Reason.TOO_LARGE)
        if code == "RequestTimeTooSkewed":
            return TemporaryError(
                f"account '{self._account}': Aura's upload store refuses requests from this computer, because its "
                "clock is wrong by more than a quarter of an hour. Set the clock and run this again.",
                Reason.REFUSED,
            )
        return ProviderError(
            f"account '{self._account}': Aura's upload store refused {name} ({error.status}, {code or 'no reason'}). "
            "Nothing else would fare better, so the run ends. Aura may have changed where uploads go; "
            "'upload', 'identity' and 'identity_pool' say where.",
            error.status,
        )


def _code(error: ProviderError) -> str:
    """`<Code>` of the store's XML, or empty."""
    found = _CODE.search(error.body)
    return found[1].decode() if found else ""
