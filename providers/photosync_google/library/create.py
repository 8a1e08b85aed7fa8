"""Creates items from uploaded content and adds them to their albums, with a separate result for each file.

Facts: protocol notes on Google Photos, sections 5.3 and 5.4.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from photosync.errors import ItemError, ProviderError, Reason, TemporaryError
from photosync.model import Item
from photosync.provider import FileToUpload, Sent
from photosync_google.library.accepted import sent_name
from photosync_google.library.albums import Albums, is_about_album
from photosync_google.library.api import MOST_AT_ONCE, LibraryApi
from photosync_google.library.items import ALREADY_EXISTS, DONE, EXHAUSTED, INTERNAL, INVALID, CreateResult
from photosync_google.library.refusals import is_about_storage, storage_full

Made = Sent | ItemError

_HOPELESS_AFTER = 2
"""After this many failures in a row of single items, Google has a problem, and the others are not tried."""


class ItemMaker:
    """Creates the items of one push. Only one thread at a time may use it."""

    def __init__(self, account: str, api: LibraryApi, albums: Albums, upload: Callable[[FileToUpload], str]) -> None:
        """`upload` sends a file's bytes again, for a new token."""
        self._account = account
        self._api = api
        self._albums = albums
        self._upload = upload
        self._seen: set[str] = set()
        """The ids of all items so far: the same bytes are the same item."""

    def make(self, album: str | None, sent: Sequence[Sent]) -> list[Made]:
        """Create the missing items, and add all to the album of that title, if given. The results are in the order of
        `sent`."""
        made: dict[int, Made] = {}
        for step, is_known in ((self._create, False), (self._add_known, True)):
            indexes = [index for index, each in enumerate(sent) if (each.item is not None) is is_known]
            for start in range(0, len(indexes), MOST_AT_ONCE):
                batch = indexes[start : start + MOST_AT_ONCE]
                made.update(zip(batch, step(album, [sent[index] for index in batch]), strict=True))
        return [made[index] for index in range(len(sent))]

    # New items

    def _create(self, album: str | None, sent: Sequence[Sent]) -> list[Made]:
        retries = self._api.retries
        results = self._results(album, sent)
        if isinstance(results, ItemError):
            return [results] * len(sent)
        # A token is valid once. If the answer to its first use was lost, Google has the item and refuses the token.
        may_be_used_up = self._api.retries > retries
        found = [results.get(each.token) for each in sent]
        made = [self._outcome(each, result) for each, result in zip(sent, found, strict=True)]
        again = [index for index, result in enumerate(found) if _may_be_old(result, may_be_used_up=may_be_used_up)]
        alone = [index for index, result in enumerate(found) if result is not None and result.code == INTERNAL]
        for indexes, step in ((again, self._again), (alone if len(sent) > 1 else [], self._alone)):
            for index, outcome in zip(indexes, step(album, [sent[index] for index in indexes]), strict=True):
                made[index] = outcome
        return made

    def _again(self, album: str | None, sent: Sequence[Sent]) -> list[Made]:
        """Repeat with new tokens. The same bytes are the same item, so nothing is duplicated."""
        try:
            fresh = [self._sent_again(each) for each in sent]
            ready = [each for each in fresh if isinstance(each, Sent)]
            results = self._results(album, ready) if ready else {}
        except TemporaryError as error:
            return [ItemError(str(error), error.reason)] * len(sent)
        if isinstance(results, ItemError):
            return [results if isinstance(each, Sent) else each for each in fresh]
        return [self._outcome(each, results.get(each.token)) if isinstance(each, Sent) else each for each in fresh]

    def _sent_again(self, sent: Sent) -> Made:
        try:
            return replace(sent, item=None, token=self._upload(sent.file))
        except ItemError as error:
            return error

    def _alone(self, album: str | None, sent: Sequence[Sent]) -> list[Made]:
        """One by one, each with the transport's retries; the rest is skipped if Google has a problem."""
        made: list[Made] = []
        failures = 0
        for each in sent:
            if failures >= _HOPELESS_AFTER:
                made.append(ItemError("Google has trouble; push again later", Reason.SERVER_ERROR))
                continue
            try:
                made += self._create(album, [each])
            except TemporaryError as error:
                made.append(ItemError(str(error), error.reason))
            failures = failures + 1 if isinstance(made[-1], ItemError) else 0
        return made

    def _results(self, album: str | None, sent: Sequence[Sent]) -> Mapping[str, CreateResult] | ItemError:
        """Google's result for each; an error if it refuses all of them."""
        try:
            if album is None:
                return self._api.create(sent, None)
            return self._albums.use(album, lambda album_id: self._api.create(sent, album_id))
        except ItemError as error:
            return error
        except ProviderError as error:
            if error.status != 400 and not is_about_album(error):
                raise
            return self._refused(album, error)

    def _outcome(self, sent: Sent, result: CreateResult | None) -> Made:
        if result is None:
            return ItemError("Google did not say what became of it; push again", Reason.BAD_ANSWER)
        if result.code in (DONE, ALREADY_EXISTS):
            if result.item is None:
                return ItemError("Google has it and did not say as which item", Reason.BAD_ANSWER)
            return self._arrived(sent, result.item, was_there=result.code == ALREADY_EXISTS)
        return self._failed(result)

    def _failed(self, result: CreateResult) -> ItemError:
        said = result.message or f"code {result.code}"
        if is_about_storage(said):
            return storage_full(self._account)
        if result.code == INVALID:
            return ItemError(f"Google takes no such photo or video, or it is damaged ({said})", Reason.UNSUPPORTED)
        if result.code == EXHAUSTED:
            return ItemError(f"Google takes no more for now ({said}); push again later", Reason.THROTTLED)
        if result.code == INTERNAL:
            return ItemError(f"Google has trouble with it ({said}); push again later", Reason.SERVER_ERROR)
        return ItemError(f"Google refused it ({said})", Reason.REFUSED)

    def _arrived(self, sent: Sent, item: Item, *, was_there: bool) -> Sent:
        # An existing item keeps its first name (section 5.3).
        was_there = was_there or item.id in self._seen or not _is_same_name(item.name, sent_name(sent.file.name))
        self._seen.add(item.id)
        return replace(sent, item=replace(item, name=item.name or sent.file.name), was_there=was_there)

    # Known items

    def _add_known(self, album: str | None, sent: Sequence[Sent]) -> list[Made]:
        """Add existing items to an album: all or none, so the refused ones are searched for."""
        self._seen.update(each.item.id for each in sent if each.item is not None)
        if album is None:
            return list(sent)
        ids = list(dict.fromkeys(each.item.id for each in sent if each.item is not None))
        try:
            self._albums.use(album, lambda album_id: self._api.add_to_album(album_id, ids))
        except ItemError as error:
            return [error] * len(sent)
        except ProviderError as error:
            if is_about_album(error):
                return [self._refused(album, error)] * len(sent)
            if error.status != 400:
                raise
            if len(sent) > 1:
                half = len(sent) // 2
                return self._add_known(album, sent[:half]) + self._add_known(album, sent[half:])
            # It was deleted there, or another program uploaded it. Sending it again helps in both cases.
            return self._again(album, sent)
        return list(sent)

    def _refused(self, album: str | None, error: ProviderError) -> ItemError:
        where = f" into the album '{album}'" if album is not None else ""
        return ItemError(f"Google refused to take this{where} ({error})", Reason.REFUSED)


def _may_be_old(result: CreateResult | None, *, may_be_used_up: bool) -> bool:
    """Whether the token was refused and not the picture: a used one, or one older than a day."""
    return result is not None and result.code == INVALID and (may_be_used_up or not result.is_about_content)


def _is_same_name(theirs: str, ours: str) -> bool:
    """Whether an item has the name that was sent; a missing name counts as the same."""
    return (
        not theirs or unicodedata.normalize("NFC", theirs).casefold() == unicodedata.normalize("NFC", ours).casefold()
    )
