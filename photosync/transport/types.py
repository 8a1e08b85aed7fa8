"""The types with which a provider uses its transport."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol, TypedDict

from photosync.errors import PhotosyncError
from photosync.transport import hosts

_DOCUMENTS = frozenset(
    {"text/html", "application/xhtml+xml", "application/json", "text/json", "text/xml", "application/xml"}
)


class Destination(Protocol):
    """The file for a downloaded body. It may have bytes of an earlier attempt."""

    @property
    def offset(self) -> int:
        """The number of bytes that it has already."""

    @property
    def validator(self) -> str | None:
        """The strong ETag of the answer that those bytes came from, if there was one."""

    @property
    def provable(self) -> bool:
        """Whether a hash will verify the whole content, so that a resume needs no validator."""

    @property
    def head(self) -> bytes:
        """The first 4096 of its bytes."""

    @property
    def md5(self) -> str:
        """The md5 of its bytes, 32 lower-case hex digits."""

    def begin(self, offset: int, total: int | None, validator: str | None) -> None:
        """Prepare for a body from `offset`: 0 discards the present bytes. `total` is the whole size if known."""

    def write(self, chunk: bytes | memoryview) -> None:
        """Append the next bytes. Their memory has others after this."""


class Auth(Protocol):
    """An account's credentials, as the transport uses them. Called from several threads."""

    def headers(self) -> Mapping[str, str]:
        """The headers that sign a request to one of the account's own hosts."""

    def refresh(self) -> bool:
        """Get new credentials after a 401; called once at a time. False if that is not possible.

        It may use the transport itself, with `signed=False`. A `TemporaryError` passes through and leaves the account
        signed in; a `SignInError` ends it.
        """

    def secrets(self) -> tuple[str, ...]:
        """All values that logs must not show."""

    def explain(self, detail: str) -> str:
        """The message of the sign-in error: the account, the problem, and the file or command that helps."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a service. After a download or a stream it is the head alone, and `body` is empty."""

    status: int
    url: str
    """The final address of the answer, after redirects."""
    headers: Mapping[str, str]
    """Looked up without regard to upper and lower case."""
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """`text/html`: lower case, without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def set_cookies(self) -> Sequence[str]:
        """The value of each `Set-Cookie`."""
        if (getlist := getattr(self.headers, "getlist", None)) is not None:  # urllib3's, which is slow to load
            return list(getlist("Set-Cookie"))
        return [self.headers["Set-Cookie"]] if "Set-Cookie" in self.headers else []

    @property
    def is_html(self) -> bool:
        """Whether the content type is that of a web page, which no call requests."""
        return self.content_type in {"text/html", "application/xhtml+xml"}

    @property
    def is_document(self) -> bool:
        """Whether the content type is HTML, JSON or XML, which services send in place of a photo."""
        kind = self.content_type
        return kind in _DOCUMENTS or (kind.startswith("application/") and kind.endswith(("+json", "+xml")))


Classify = Callable[[Answer], PhotosyncError | None]
"""A provider's own look at an answer, before the general rules: an error to raise, or None.

It sees every answer that comes at the end of redirects: of calls all of them, whole; of downloads those with a
status other than 200 and 206 and those that are HTML, JSON or XML; of streams those that are not accepted and those
that are HTML; of both with the first 64 KiB of the body.

A `SignInError` shuts the transport. A `TemporaryError` says 'not now': the request is retried as after a 503, and
the error is raised when the budget is spent. For a 401 after which `Auth.refresh` helps it must return None.
"""


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """A provider's settings for its service."""

    own_hosts: tuple[str, ...]
    """Hosts that may get credentials: a host (`www.amazon.com`) or a suffix (`.media.example.org`), which mean https on
    its own port, or a URL (`http://127.0.0.1:8080`), of which scheme, host and port must be the same. A suffix is only
    for a domain where nobody else can have a host. After a redirect to another origin no host gets any."""
    endpoints: tuple[str, ...] = ()
    """Addresses of the configuration that get no credentials, written as `own_hosts`. These and own hosts may be on
    this computer or in a private network; every other address, such as one that the service names, must be public
    and https."""
    auth: Auth | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request to every host, so no secrets: `User-Agent`, for example."""
    classify: Classify | None = None
    on_cookies: Callable[[Answer], None] | None = None
    """Gets the head of each answer with `Set-Cookie` to a request with credentials, those of redirects included."""
    pause_s: float = 0.0
    """The smallest time between the starts of two requests."""
    least_pause_s: float | None = None
    """How short that time may become, little by little, while the service refuses nothing. None: it stays."""
    read_timeout_s: float = 60.0
    """The time-out for the next byte."""


class RequestOptions(TypedDict, total=False):
    """The options of a request, besides its method and its URL."""

    params: Mapping[str, str | int | None] | None
    """The query; None values are left out."""
    json: object
    form: Mapping[str, str] | None
    body: bytes | Callable[[], BinaryIO] | None
    """What to send: bytes, or a function that opens it, which is called for each attempt and each redirect. What it
    opens is read to its end, a piece at a time, under the bandwidth limit; it is a real file, or has a `__len__`."""
    headers: Mapping[str, str] | None
    accept: Collection[int]
    """The statuses that are not an error; by default only 200. A redirect among them is returned, not followed."""
    idempotent: bool
    """Whether it does no harm to send it twice, which is the default. Otherwise it is repeated only if it was certainly
    not processed: no connection came about, 429, or 503 with `Retry-After`. Where it may have been processed (408, 5xx,
    a lost connection) it is a `LostAnswerError` then, so that the provider can look what has become of it."""
    needs_storage: bool
    """Whether a 507 means that the account's storage is full, which is the default for all methods but GET, HEAD and
    DELETE. A question by POST or a sign-in sets it to False."""
    signed: bool
    """Whether credentials go with it, to the account's own hosts: the default."""
    timeout_s: float | None
    """In place of the settings' `read_timeout_s`."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as a provider asks for it: `RequestOptions` with the defaults filled in."""

    method: str
    url: str
    params: Mapping[str, str | int | None] | None = None
    json: object = None
    form: Mapping[str, str] | None = None
    body: bytes | Callable[[], BinaryIO] | None = None
    headers: Mapping[str, str] | None = None
    accept: Collection[int] = (200,)
    idempotent: bool = True
    needs_storage: bool = True
    signed: bool = True
    timeout_s: float | None = None
    is_download: bool = False
    """Whether an incomplete answer is a failure of one item, and not of the service."""

    @property
    def label(self) -> str:
        """`GET www.example.org/photos`: what a message may show, once redacted."""
        target = hosts.target(self.url)
        return f"{self.method} {target.origin.name}{target.path}"
