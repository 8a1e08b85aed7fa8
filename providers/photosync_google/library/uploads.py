"""Uploading to Google Photos: what `push` drives.

Nothing can be looked for: the permission is to append and no more. It need not be, because the same bytes are the same
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
"""What is larger goes in pieces, as Google advises (section 5.2)."""
_REFUSED = (400, 411, 413, 415)


class GoogleUploader:
    """One push to one account; fulfils `Uploader`."""

    wait_s = 10.0
    batch = MOST_AT_ONCE

    def __init__(self, account: str, api: LibraryApi, albums: Albums, request: UploadRequest) -> None:
        """Raises `UsageError` for a title that no album can have."""
        self._account = account
        self._api = api
        self._album = _requested_title(account, request.collection)
        self._maker = ItemMaker(account, api, albums, self._upload)

    @property
    def destination(self) -> str:
        """The album that the user named. Without one, a content is at Google once, in the album of its first folder."""
        return self._album or ""

    def find(self, file: FileToUpload) -> Item | None:
        """Nothing: the permission to append does not allow looking. Raises `ItemError` for what Google would refuse."""
        accepted.check(file)
        return None

    def prepare(self, files: Sequence[FileToUpload]) -> None:
        """Nothing: albums are made when there is something to put into them."""

    def send(self, file: FileToUpload) -> Sent:
        """Bring the bytes up. Nothing is to be seen of them before `finish`, so it does no harm to send them twice."""
        return Sent(file, token=self._upload(file))

    def finish(self, sent: Sequence[Sent]) -> Sequence[Sent | ItemError]:
        """Make items of these, album by album. What fails for a while fails alone once others came through."""
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
        """The indexes of the files that go into one album; None: into no album."""
        groups: dict[str | None, list[int]] = {}
        for index, each in enumerate(sent):
            folder = "/".join(each.file.folder)
            title = self._album or (album_title(folder) if folder else None)
            groups.setdefault(title, []).append(index)
        return groups

    def _upload(self, file: FileToUpload) -> str:
        """The upload token of a file's bytes. Raises `ItemError` where Google refuses them."""
        try:
            if file.size_bytes <= LARGEST_RAW_BYTES:
                return self._api.upload(file)
            return upload_in_pieces(self._api, file)
        except ProviderError as error:
            if error.status not in _REFUSED:
                raise
            reason = Reason.TOO_LARGE if error.status == 413 else Reason.REFUSED
            raise ItemError(f"Google refused to take it ({error})", reason) from error


def _requested_title(account: str, collection: str | None) -> str | None:
    if collection is None:
        return None
    title = collection.strip()
    if not title or len(title) > TITLE_CHARACTERS:
        raise UsageError(f"account '{account}': the title of an album has 1 to {TITLE_CHARACTERS} characters")
    return title
