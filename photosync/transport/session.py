"""stub"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO

from photosync.transport.bandwidth import BandwidthLimit
from photosync.transport.redaction import Redactor
from photosync.transport.types import Answer, Destination, Policy, TransportSettings, Wait

Params = Mapping[str, object]
Body = bytes | Callable[[], BinaryIO]


class Transport:
    """The account's session; used from several threads."""

    def __init__(
        self,
        settings: TransportSettings,
        *,
        policy: Policy | None = None,
        redactor: Redactor | None = None,
        bandwidth: BandwidthLimit | None = None,
        cancel: threading.Event | None = None,
        on_wait: Callable[[Wait], None] | None = None,
    ) -> None:
        raise NotImplementedError

    @property
    def requests(self) -> int:
        raise NotImplementedError

    @property
    def retries(self) -> int:
        raise NotImplementedError

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Params | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (200,),
        idempotent: bool = True,
        signed: bool = True,
        timeout_s: float | None = None,
    ) -> Answer:
        raise NotImplementedError

    def json(
        self,
        method: str,
        url: str,
        *,
        params: Params | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (200,),
        idempotent: bool = True,
        signed: bool = True,
        timeout_s: float | None = None,
    ) -> object:
        raise NotImplementedError

    def download(
        self,
        url: str,
        destination: Destination,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        signed: bool = True,
        documents: bool = False,
    ) -> Answer:
        raise NotImplementedError

    def stream(
        self,
        method: str,
        url: str,
        *,
        params: Params | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (200,),
        idempotent: bool = True,
        signed: bool = True,
        timeout_s: float | None = None,
    ) -> AbstractContextManager[tuple[Answer, Iterator[bytes]]]:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
