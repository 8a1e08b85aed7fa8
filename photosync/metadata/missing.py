"""The missing data of a file that may be written, by the table of fields in `docs/metadata.md`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from photosync.metadata.capture_time.choose import CaptureTimeChoice
from photosync.metadata.capture_time.period import says_the_same
from photosync.metadata.capture_time.sources import TimeSource
from photosync.metadata.exif.fields import Field, date_fields, gps_fields, text_field
from photosync.metadata.exif.read import OFFSET_TIME_DIGITIZED, OFFSET_TIME_ORIGINAL
from photosync.metadata.facts import Facts
from photosync.metadata.request import Given, Settings
from photosync.metadata.result import Left
from photosync.model import CaptureTime, GpsPosition

_MEANING_ORIGINAL = frozenset(source for source in TimeSource if source.means_original)
_MEANING_CREATED = frozenset({TimeSource.XMP_CREATED})


@dataclass(frozen=True, slots=True)
class Missing:
    """Everything that is missing."""

    fields: tuple[Field, ...] = ()
    """The fields for Exif."""
    remove_software: bool = False
    movie_time: datetime | None = None
    """The aware instant for creation times that are 0."""
    taken: CaptureTime | None = None
    """The local reading for a sidecar, if the file has no date."""
    artist: str = ""
    copyright: str = ""
    gps: GpsPosition | None = None
    withheld: tuple[Left, ...] = ()
    """The date field that stays missing, because another date contradicts what it would get; texts that are kept."""


def find_missing(facts: Facts, choice: CaptureTimeChoice, given: Given, settings: Settings) -> Missing:
    """The known and wanted data that the file lacks."""
    has_original = facts.has(TimeSource.EXIF_ORIGINAL) or not facts.can_tell
    is_original_best = choice.winner is not None and choice.winner.source is TimeSource.EXIF_ORIGINAL
    taken = choice.writable
    if choice.winner and choice.winner.source.rank >= TimeSource.GPS.rank and _about_capture(facts.unreadable):
        taken = None  # the date that cannot be read may be another one
    original = taken if is_original_best or not has_original else None
    created, withheld = original, None
    if original and not has_original and not _stands_beside(original, _MEANING_ORIGINAL, facts, choice):
        original, created, withheld = None, None, Left("DateTimeOriginal", "another date in the file contradicts it")
    elif (
        original
        and not facts.has(TimeSource.EXIF_CREATED)
        and not _stands_beside(original, _MEANING_CREATED, facts, choice)
    ):
        created, withheld = None, Left("CreateDate", "another date in the file contradicts it")
    if original and not has_original and not _has_offset(original, OFFSET_TIME_ORIGINAL, facts):
        original, created, withheld = None, None, Left("DateTimeOriginal", "OffsetTimeOriginal contradicts it")
    if created and created.offset is not None and not _has_offset(created, OFFSET_TIME_DIGITIZED, facts):
        created = None
    if taken and given.has_dated_sidecar and not has_original:
        taken, original, withheld = None, None, Left("DateTimeOriginal", "a sidecar of the file has a date")
    texts = {name: text for name, text in settings.texts.items() if _is_wanted(name, text, facts, settings)}
    gps = given.gps if settings.write_gps and given.gps and given.gps.is_real and not facts.has_position else None
    movie_time = _movie_time(choice, taken)
    has_other_date = _about_capture({*facts.times, *facts.unreadable})
    return Missing(
        fields=(
            *(date_fields(facts, original, created, is_new=not has_original) if original else ()),
            *(text_field(name, text) for name, text in texts.items()),
            *(gps_fields(gps) if gps else ()),
        ),
        remove_software=settings.remove_software and facts.has_software,
        movie_time=movie_time.utc if movie_time else None,
        taken=None if has_original or has_other_date else taken,
        artist=texts.get("Artist", ""),
        copyright=texts.get("Copyright", ""),
        gps=gps,
        withheld=tuple(filter(None, (withheld, *_kept_texts(facts, settings)))),
    )


def _is_wanted(name: str, text: str, facts: Facts, settings: Settings) -> bool:
    """Whether the file has no such text, or another one that may be overwritten."""
    if name.lower() in settings.overwrite:
        return facts.exif_texts.get(name) != text
    is_elsewhere = {"Artist": facts.has_artist, "Copyright": facts.has_copyright}
    return name not in facts.exif_texts and not is_elsewhere.get(name, False)


def _kept_texts(facts: Facts, settings: Settings) -> Iterator[Left]:
    for name, text in settings.tags.items():
        if name.lower() not in settings.overwrite and facts.exif_texts.get(name, text) != text:
            yield Left(name, f"the file has another one, which `--overwrite {name}` replaces")


def _stands_beside(taken: CaptureTime, sources: Iterable[TimeSource], facts: Facts, choice: CaptureTimeChoice) -> bool:
    """Whether these say the same, as far as they are there and not doubted. A program may show either."""
    others = (each.time for each in choice.candidates if each.source in sources and not each.doubt)
    return facts.unreadable.keys().isdisjoint(sources) and all(says_the_same(taken, other) for other in others)


def _has_offset(taken: CaptureTime, tag: int, facts: Facts) -> bool:
    """Whether the offset that is there, which stays, is its own."""
    return tag not in facts.exif_offsets or facts.exif_offsets[tag] == taken.offset


def _about_capture(sources: Iterable[TimeSource]) -> bool:
    """Whether one of them is a date in the file that a person would look at."""
    return any(source.is_in_file and source is not TimeSource.GPS for source in sources)


def _movie_time(choice: CaptureTimeChoice, taken: CaptureTime | None) -> CaptureTime | None:
    """The time for creation times that are 0: that of the movie header, unless something is wrong with it."""
    for each in choice.candidates:
        if each.source is TimeSource.MOVIE_HEADER:
            return None if each.doubt or each.correction else each.time
    return taken
