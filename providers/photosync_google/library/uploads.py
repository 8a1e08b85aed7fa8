"""Uploading to Google Photos, for `push`.

Items cannot be searched: the permission is only to append. This is not necessary, because the same bytes are the same
item at Google, however often they are sent.
Facts: protocol notes on Google Photos, section 5.
"""

from __future__ import annotations

from collections.abc import Sequence

from photosync.errors import ItemError, ProviderError, Reason, TemporaryError, UsageError
from photosync.model import Item
from photosync.provider import FileToUpload, Sent, UploadRequest
from photosync_google.library import accepted
from photosync_google.library.albums import TITLE_CHARACTERS, Albums, album_title
from photosync_google.library.api import MOST_AT_ONCE, LibraryApi
from photosync_google.library.create import ItemMaker, Made
from photosync_google.library.resumable import upload_in_pieces

LARGEST_RAW_BYTES = 10 * 1000**2
"""Larger files are sent in pieces, as Google recommends (section 5.2)."""
_REFUSED = (400, 411, 413, 415)


class GoogleUploader:
    """One push to one account; implements `Uploader`."""

    wait_s = 10.0
    batch = MOST_AT_ONCE

    def __init__(self, account: str, api: LibraryApi, albums: Albums, request: UploadRequest) -> None:
        """Raises `UsageError` for an invalid album title."""
        self._account = account
        self._api = api
        self._album = request.collection.strip() if request.collection is not None else None
        if self._album is not None and not 1 <= len(self._album) <= TITLE_CHARACTERS:
            raise UsageError(f"account '{account}': the title of an album has 1 to {TITLE_CHARACTERS} characters")
        self._maker = ItemMaker(account, api, albums, self._upload)

    @property
    def destination(self) -> str:
        """The user's album. Without one, a content is at Google once, in the album of its first folder."""
        return self._album or ""

    def find(self, file: FileToUpload) -> Item | None:
        """None: the permission does not allow searching. Raises `ItemError` for a file that Google would refuse."""
        accepted.check(file)
        return None

    def prepare(self, files: Sequence[FileToUpload]) -> None:
        """Nothing: albums are created with their first items."""

    def send(self, file: FileToUpload) -> Sent:
        """Send the content. It is not visible before `finish`, so sending it twice is harmless."""
        return Sent(file, token=self._upload(file))

    def finish(self, sent: Sequence[Sent]) -> Sequence[Sent | ItemError]:
        """Create items from these, album by album. A temporary failure is the item's own if others succeed."""
        made: dict[int, Made] = {}
        for album, indexes in self._by_album(sent).items():
            try:
                answers = self._maker.make(album, [sent[index] for index in indexes])
            except TemporaryError as error:
                if not any(isinstance(each, Sent) for each in made.values()):
                    raise
                failure = ItemError(str(error), error.reason)
                return [made.get(index, failure) for index in range(len(sent))]
            made.update(zip(indexes, answers, strict=True))
        return [made[index] for index in range(len(sent))]

    def _by_album(self, sent: Sequence[Sent]) -> dict[str | None, list[int]]:
        """The indexes of the files for each album; None: for no album."""
        groups: dict[str | None, list[int]] = {}
        for index, each in enumerate(sent):
            folder = "/".join(each.file.folder)
            title = self._album or (album_title(folder) if folder else None)
            groups.setdefault(title, []).append(index)
        return groups

    def _upload(self, file: FileToUpload) -> str:
        """The upload token of a file's content. Raises `ItemError` if Google refuses it."""
        try:
            if file.size_bytes <= LARGEST_RAW_BYTES:
                return self._api.upload(file)
            return upload_in_pieces(self._api, file)
        except ProviderError as error:
            if error.status not in _REFUSED:
                raise
            reason = Reason.TOO_LARGE if error.status == 413 else Reason.REFUSED
            raise ItemError(f"Google refused to take it ({error})", reason) from error
