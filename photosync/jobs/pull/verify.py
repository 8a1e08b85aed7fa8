"""Whether a downloaded content is the item's: by the provider's hash and size, else by the structure of its format."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from photosync.errors import ItemError, Reason
from photosync.formats import sniff as formats
from photosync.formats.sniff import Format, FormatKind, by_name, looks_like_text, sniff
from photosync.formats.whole import has_cut_trailer, is_whole
from photosync.formats.window import Window
from photosync.library.disk_errors import disk_errors
from photosync.model import NOT_ORIGINAL, Digest, Item, Kind, Proof

_RECOGNISED = frozenset(
    (formats.JPEG, formats.PNG, formats.GIF, formats.WEBP, formats.HEIC, formats.HEIF, formats.AVIF, formats.MP4)
)
"""Each file of these is known by its first bytes."""
_KINDS = {Kind.PHOTO: (FormatKind.PHOTO, FormatKind.RAW), Kind.VIDEO: (FormatKind.VIDEO,)}


class VerificationError(ItemError):
    """The content is wrong, or may be. `is_final`: a further download would bring the same."""

    def __init__(self, message: str, reason: Reason, *, is_final: bool = False) -> None:
        super().__init__(message, reason)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class _Doubt:
    text: str
    reason: Reason
    is_failure: bool = False
    """Whether the content is wrong even if it comes again. Else it is believed then."""
    is_noted: bool = True


class _Structure(NamedTuple):
    """What the structure of a file says."""

    is_whole: bool | None = None
    """None: nothing."""
    has_cut_trailer: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    """An accepted content."""

    proof: Proof
    notes: tuple[str, ...]
    """For the user."""


@dataclass(slots=True)
class Verification:
    """The downloads of one item's content."""

    item: Item
    _earlier: set[str] = field(default_factory=set, init=False)
    """The sha256 of the contents that raised a doubt."""

    def check(self, delivered: Digest, path: Path, head: bytes) -> Verified:
        """Accept the content, or raise `VerificationError`. `head` has its first bytes."""
        check_content(self.item, delivered, head)
        format_ = sniff(head, self.item.name)
        structure = _structure(self.item, delivered, path, format_)
        doubt = self._doubt(delivered, format_, structure)
        notes = [other_kind(self.item.kind, format_)]
        if doubt is not None:
            if delivered.sha256 not in self._earlier:
                self._earlier.add(delivered.sha256)
                raise VerificationError(doubt.text, doubt.reason)
            if doubt.is_failure:
                raise VerificationError(
                    f"{doubt.text}; it came the same way twice: it is damaged at the service",
                    doubt.reason,
                    is_final=True,
                )
            notes.append(f"{doubt.text}; it came the same way twice" if doubt.is_noted else None)
        return Verified(proof_of(self.item, delivered, is_whole=bool(structure.is_whole)), tuple(filter(None, notes)))

    def _doubt(self, delivered: Digest, format_: Format | None, structure: _Structure) -> _Doubt | None:
        item = self.item
        if item.md5 is not None or item.md5_hint == delivered.md5:
            return None
        named = by_name(item.name)
        if format_ is None and item.size_bytes is None and named in _RECOGNISED:
            text = f"the content is of no known format, where {named.name} was due"
            return _Doubt(text, Reason.NOT_MEDIA, is_failure=True)
        if format_ is not None and item.size_bytes is None:
            if structure.is_whole is False:
                return _Doubt(f"the {format_.name} file ends too early", Reason.TRUNCATED, is_failure=True)
            if structure.has_cut_trailer:
                return _Doubt("a second picture or video inside the file ends too early", Reason.TRUNCATED)
        if item.md5_hint is not None:
            return _Doubt("md5 differs from that of the upload", Reason.HASH_MISMATCH, is_noted=False)
        return None


def _structure(item: Item, delivered: Digest, path: Path, format_: Format | None) -> _Structure:
    """Reads the file where neither hash nor size of the provider can tell whether it is complete."""
    is_told = item.md5 is not None or item.size_bytes is not None or item.md5_hint == delivered.md5
    if is_told or format_ is None:
        return _Structure()
    with disk_errors(path), path.open("rb", buffering=0) as file:
        window = Window.of_file(file)
        whole = is_whole(window, format_)
        return _Structure(whole, whole is not False and has_cut_trailer(window, format_))


def proof_of(item: Item, delivered: Digest, *, is_whole: bool) -> Proof:
    """The best proof of an accepted content. `is_whole`: by the structure of its format."""
    if not NOT_ORIGINAL.isdisjoint(item.notes):
        return Proof.REENCODED
    if delivered.md5 in (item.md5, item.md5_hint):
        return Proof.HASH
    if item.md5_hint is not None:  # the service has changed the content since it got it, or the hint is wrong
        return Proof.OWN
    if item.size_bytes is not None:
        return Proof.SIZE
    return Proof.DECODED if is_whole else Proof.OWN


def check_content(item: Item, delivered: Digest, head: bytes) -> None:
    """Raise `VerificationError` unless the content agrees with the provider's data."""
    if item.size_bytes is not None and delivered.size_bytes != item.size_bytes:
        raise VerificationError(
            f"{delivered.size_bytes} bytes came in place of the {item.size_bytes} listed", Reason.SIZE_MISMATCH
        )
    if item.md5 is not None:
        if delivered.md5 != item.md5:
            raise VerificationError("md5 differs from the provider's", Reason.HASH_MISMATCH)
        return
    if delivered.size_bytes == 0 and item.size_bytes != 0:
        raise VerificationError("the content is empty", Reason.TRUNCATED)
    if item.kind is not Kind.OTHER and looks_like_text(head):
        raise VerificationError("a page of text came in place of a picture", Reason.NOT_MEDIA)


def other_kind(kind: Kind, format_: Format | None) -> str | None:
    """What came in place of a photo or video; None if the content is what the service said."""
    if format_ is None or kind not in _KINDS or format_.kind in _KINDS[kind]:
        return None
    return f"the content is a {format_.name} file, where the service lists a {kind.value}"
