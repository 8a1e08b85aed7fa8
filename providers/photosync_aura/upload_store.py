"""The store for uploads, an S3 bucket, and the permissions for it, from Amazon Cognito; without an SDK.

Facts: protocol notes on Aura, 8.1 (steps 2 and 3) and 8.2. A permission is a temporary AWS key that lasts an hour and
can only write. The account's own credentials are not used here: the transport has none.

The store checks the content: it compares the bytes with the hash in the signature.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO
from urllib.parse import urlsplit

from photosync import clock
from photosync.errors import ProviderError
from photosync.provider_kit.json_fields import Json, as_object, part, text
from photosync.transport import Transport
from photosync_aura.refusals import is_expired_permission, store_refusal
from photosync_aura.settings import AuraSettings

_RENEW_BEFORE_S = 5 * 60.0
_SERVICE = "AWSCognitoIdentityService"


@dataclass(frozen=True, slots=True)
class UploadPermission:
    """The key for signing requests to the store."""

    key_id: str
    secret: str
    token: str
    ends_at: float
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class UploadContent:
    """The content of an upload."""

    open: Callable[[], BinaryIO]
    md5: str
    """32 lower-case hex digits."""
    sha256: str
    """64 lower-case hex digits."""
    mime: str


def signed_headers(
    url: str, content_type: str, payload_sha256: str, permission: UploadPermission, region: str, now: datetime
) -> dict[str, str]:
    """The headers of a `PUT` of `url`, including the signature (AWS Signature Version 4)."""
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
    del headers["host"]  # sent by the transport
    return headers | {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={permission.key_id}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    }


class UploadStore:
    """Stores files; thread-safe. `transport` has no credentials of the account."""

    def __init__(self, account: str, settings: AuraSettings, transport: Transport) -> None:
        self._account = account
        self._settings = settings
        self._transport = transport
        self._lock = threading.Lock()
        self._permission: UploadPermission | None = None

    def put(self, key: str, content: UploadContent, name: str) -> None:
        """Store `content` as `key`, which may be repeated; `name` is the file's, for messages.

        Raises `ItemError` for problems of this file only, `TemporaryError` and `ProviderError` for all others.
        """
        url, region = f"{self._settings.upload}/{key}", self._settings.region
        refused: UploadPermission | None = None
        while True:
            permission = self._permit(refused)
            headers = signed_headers(url, content.mime, content.sha256, permission, region, clock.now())
            try:
                self._transport.request("PUT", url, body=content.open, headers=headers, signed=False)
            except ProviderError as error:
                if refused is not None or not is_expired_permission(error):
                    raise store_refusal(self._account, name, error) from error
                refused = permission
            else:
                return

    def _permit(self, refused: UploadPermission | None) -> UploadPermission:
        """A permission that is still valid for some time, and is not the refused one."""
        with self._lock:
            known = self._permission
            if known is None or known == refused or known.ends_at - clock.now().timestamp() < _RENEW_BEFORE_S:
                known = self._permission = self._new_permission()
            return known

    def _new_permission(self) -> UploadPermission:
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
        return UploadPermission(key_id, secret, token, float(ends_at))

    def _ask(self, operation: str, content: Mapping[str, object]) -> Json:
        answer = self._transport.json(
            "POST",
            self._settings.identity,
            json=content,
            headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"{_SERVICE}.{operation}"},
            needs_storage=False,
            signed=False,
        )
        return as_object(answer)
