"""The hosts of an account: whether each can be reached, with TLS; and this computer's clock against theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from photosync.errors import Exit, PhotosyncError, Reason, TemporaryError, UsageError
from photosync.jobs.doctor.check import Check, Result
from photosync.transport import Redactor
from photosync.transport.probe import probe

_EXACT = timedelta(minutes=1)
_TOO_WRONG = timedelta(minutes=5)
"""Sign-ins with OAuth and signatures of uploads are refused beyond about this much."""
_MOST_AT_A_TIME = 8


def origins_of(patterns: Iterable[str]) -> Sequence[str]:
    """`https://www.example.org` for each host and address among the patterns of `own_hosts`; a suffix has no host."""
    found: dict[str, None] = {}
    for pattern in patterns:
        if "://" in pattern:
            parts = urlsplit(pattern)
            found[f"{parts.scheme}://{parts.netloc}"] = None
        elif not pattern.startswith("."):
            found[f"https://{pattern}"] = None
    return list(found)


def connection_checks(account: str, origins: Sequence[str], redactor: Redactor) -> Iterator[Check]:
    """A check for each host, several at a time."""
    if origins:
        with ThreadPoolExecutor(min(_MOST_AT_A_TIME, len(origins))) as pool:
            yield from pool.map(partial(_check, account, redactor), origins)


def _check(account: str, redactor: Redactor, origin: str) -> Check:
    host = urlsplit(origin).netloc
    secure = "with TLS" if origin.startswith("https://") else "on this computer"
    try:
        probe(origin, redactor)
    except PhotosyncError as error:
        if _is_reached(error):
            return Check("connection", Result.OK, f"{host} answers, {secure}; now: {error}", account=account)
        cause = str(error).removeprefix(f"HEAD {host}/: ").partition("; gave up")[0]
        return Check("connection", Result.ERROR, cause, _advice(cause, host), account, error.exit)
    return Check("connection", Result.OK, f"{host} answers, {secure}", account=account)


def _is_reached(error: PhotosyncError) -> bool:
    """Whether the host has answered, even if with a refusal."""
    is_lost = isinstance(error, TemporaryError) and error.reason is Reason.UNREACHABLE
    return not is_lost and not isinstance(error, UsageError)


def _advice(message: str, host: str) -> str:
    if "could not prove who it is" in message:
        return (
            "Certificates are always verified. If a proxy of your network or a service of your own has a certificate "
            "authority of its own, name its file in REQUESTS_CA_BUNDLE; also check the date of this computer."
        )
    if "cannot be resolved" in message:
        return f"Check that this computer has a network and a name server; if 'endpoints' has {host}, its spelling."
    if "proxy" in message:
        return "Check HTTPS_PROXY and NO_PROXY in the environment."
    if "refuses connections" in message:
        return f"Nothing listens there: check host and port of {host} in 'endpoints', or try again later."
    return "Check the network and the firewall, and try again later."


def clock_checks(differences: Mapping[str, timedelta]) -> Iterator[Check]:
    """This computer's clock against those of the services that answered."""
    if not differences:
        text = "not compared: no service told its time"
        yield Check("clock", Result.WARNING, text, "Run photosync doctor again when a service can be reached.")
        return
    host, ahead = min(differences.items(), key=lambda each: abs(each[1]))  # a single service may be wrong itself
    if abs(ahead) <= _EXACT:
        yield Check("clock", Result.OK, f"this computer's clock agrees with {host}")
        return
    how = "behind" if ahead > timedelta(0) else "ahead of"
    text = f"the clock of this computer is {_span(abs(ahead))} {how} that of {host}"
    advice = "Set the clock, best by the network: timedatectl set-ntp true. Sign-ins and uploads can fail until then."
    if abs(ahead) > _TOO_WRONG:
        yield Check("clock", Result.ERROR, text, advice, exit=Exit.USAGE)
    else:
        yield Check("clock", Result.WARNING, text, advice)


def _span(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{round(minutes / 60)} hours" if minutes < 2 * 24 * 60 else f"{span.days} days"
