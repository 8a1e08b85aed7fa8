"""Whether a host can be reached: its name, a connection, TLS, an answer of any kind; and its clock."""

from __future__ import annotations

from photosync.transport.redaction import Redactor
from photosync.transport.retry import Policy
from photosync.transport.session import Transport
from photosync.transport.types import TransportSettings

_ANY_STATUS = range(200, 600)
_ONE_ATTEMPT = Policy(max_attempts=1, retry_budget_s=20.0, first_contact_budget_s=20.0, pool_size=1)


def probe(origin: str, redactor: Redactor) -> None:
    """Ask for the head of the first page of `https://www.example.org`, without credentials.

    Raises the transport's errors if there is no answer. `clock.differences` has the host's clock then.
    """
    transport = Transport(TransportSettings(own_hosts=(origin,)), policy=_ONE_ATTEMPT, redactor=redactor)
    try:
        transport.request("HEAD", f"{origin}/", signed=False, accept=_ANY_STATUS)
    finally:
        transport.close()
