"""How long the sign-ins of an account lasted: a record in its state folder, for services that do not tell it before.

record = SignInRecord(context)
record.worked("the id of this sign-in")   # the service has accepted it
record.ended("the id of this sign-in")    # the service has refused it
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from photosync import clock
from photosync.errors import DestinationError, TemporaryError
from photosync.provider import AccountContext, SignInHistory
from photosync.provider_kit.json_fields import Json, parts, text
from photosync.provider_kit.state_file import StateFile

FILE_NAME = "sign-ins.json"
_MOST = 6
"""The last sign-ins that are kept, the present one included."""
_AGAIN = timedelta(hours=1)
"""How exact the time is at which a sign-in last worked: not each run writes it."""


class SignInRecord:
    """The record of one account. It is no reason for a run to fail: what cannot be written is left out."""

    def __init__(self, context: AccountContext) -> None:
        self._file = StateFile(context.state / FILE_NAME, account=context.account, cancel=context.cancel)

    def worked(self, sign_in: str) -> None:
        """The service has accepted it just now. One that is new begins now."""
        now = clock.now()
        last = self._last()
        worked_at = _time(last, "worked")
        is_known = text(last, "id") == sign_in and text(last, "ended") is None
        if is_known and worked_at is not None and timedelta() <= now - worked_at < _AGAIN:
            return
        began = (is_known and text(last, "began")) or _text(now)
        self._put({"id": sign_in, "began": began, "worked": _text(now)}, in_place_of=last if is_known else {})

    def ended(self, sign_in: str) -> None:
        """The service has refused it just now."""
        last = self._last()
        if text(last, "id") == sign_in and text(last, "ended") is None:
            self._put({**last, "ended": _text(clock.now())}, in_place_of=last)

    def history(self) -> SignInHistory | None:
        """The present sign-in, or the last one, and how long those before lasted; None if there is no record."""
        entries = self._entries()
        if not entries or (began := _time(entries[-1], "began")) is None:
            return None
        past = [entry for entry in entries if text(entry, "ended") is not None]
        spans = [(_time(entry, "began"), _time(entry, "worked")) for entry in past]
        lasted = tuple(worked - start for start, worked in spans if start and worked)
        return SignInHistory(began, _time(entries[-1], "worked") or began, _time(entries[-1], "ended"), lasted)

    def _entries(self) -> Sequence[Json]:
        return [entry for entry in parts(self._file.read(), "sign_ins") if _time(entry, "began")]

    def _last(self) -> Json:
        entries = self._entries()
        return entries[-1] if entries else {}

    def _put(self, entry: Json, in_place_of: Json) -> None:
        try:
            with self._file.locked():
                others = [each for each in self._entries() if each != in_place_of]
                self._file.write({"sign_ins": [*others[1 - _MOST :], entry]})
        except (DestinationError, TemporaryError):
            return


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _time(entry: Json, name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text(entry, name) or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
