"""Brings files up: one push.

Facts: protocol notes on Amazon Photos, sections 5, 6 and 8. The service takes a content once an account, wherever it
lies; what was sent is believed to be there only when the service tells its hash or at least its size; and nothing that
is there is ever changed or deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus

from photosync.errors import ItemError, LostAnswerError, NameTakenError, PhotosyncError, Reason, UsageError
from photosync.model import Digest, Item
from photosync.provider import Outgoing, Sent, UploadWish
from photosync.transport import Answer
from photosync_amazon.albums import Album
from photosync_amazon.api import AmazonApi
from photosync_amazon.changes import STORED, Changes, Refusal, content_of
from photosync_amazon.nodes import Json, is_available, is_file, item_of, md5_of, size_of, text
from photosync_amazon.places import Places

ALBUM_BATCH = 25
"""So many files join an album together. The service takes 50 ids in a call that trashes; nobody tells of more."""
_TRASH = "TRASH"


class AmazonUploader:
    """Fulfils the core's `Uploader`."""

    wait_s = 10.0

    def __init__(self, account: str, api: AmazonApi, changes: Changes, wish: UploadWish) -> None:
        """Looks for the album that is wished for. Raises `UsageError` for a destination that cannot be."""
        self._account = account
        self._api = api
        self._changes = changes
        folders, album = _destination(account, wish.collection)
        self._places = Places(account, api, changes, folders)
        self._album = Album(account, api, changes, album) if album is not None else None

    @property
    def place(self) -> str:
        """The album. Folders are no place: no content can lie in two of them."""
        return self._album.place if self._album is not None else ""

    @property
    def batch(self) -> int:
        """So many join the album in one call; without one there is nothing to wait for."""
        return ALBUM_BATCH if self._album is not None else 1

    def find(self, file: Outgoing) -> Item | None:
        """A file of this content, anywhere in the account outside the trash."""
        node = self._with_content(file.digest())
        return item_of(node) if node is not None else None

    def prepare(self, files: Sequence[Outgoing]) -> None:
        """Make the folders. One that cannot be made is `send`'s to tell: it concerns only the files in it."""
        for folder in dict.fromkeys(file.folder for file in files):
            try:
                self._places.make(folder)
            except ItemError:
                continue

    def send(self, file: Outgoing) -> Sent:
        """The file, in its folder, with its hash and size compared."""
        folder = self._places.make(file.folder)
        answer = self._changes.upload(file, folder)
        if answer.status in STORED:
            return Sent(file, self._stored(file, answer))
        refusal = Refusal.of(answer)
        if refusal.status == HTTPStatus.CONFLICT:
            return self._conflicting(file, folder, refusal)
        if refusal.status == HTTPStatus.NOT_FOUND:
            self._places.forget()
        raise refusal.error(self._account, str(file.path))

    def finish(self, sent: Sequence[Sent]) -> Sequence[Sent | ItemError]:
        """Put them into the album, if there is one; in their folders they lie from the beginning."""
        return sent if self._album is None else self._album.add(sent)

    # What is there

    def _with_content(self, digest: Digest, status: str | None = None) -> Json | None:
        """A file of this content, by default outside the trash."""
        wanted = f" AND status:{status}" if status else ""
        for node in self._api.matching(f"kind:FILE AND contentProperties.md5:{digest.md5}{wanted}"):
            is_there = node.get("status") == status if status else is_available(node)
            if is_there and _has_content(node, digest) and self._is_own(node):
                return node
        return None

    def _is_own(self, node: Json) -> bool:
        """What others share is no copy of ours: it can go when they want."""
        return text(node, "ownerId") in (None, self._api.root().owner)

    # What went up

    def _stored(self, file: Outgoing, answer: Answer) -> Item:
        """What the service says that it has, if that is what was sent."""
        node, digest = content_of(answer), file.digest()
        id_ = text(node, "id")
        if id_ is not None and md5_of(node) is None:
            node = self._api.node(id_) or node  # it may have been in the middle of something
        md5, size_bytes = md5_of(node), size_of(node)
        if id_ is None or (md5 is None and size_bytes is None):
            raise LostAnswerError(
                f"{file.path}: Amazon Photos took it and did not say as what", Reason.BAD_ANSWER, answer.status
            )
        if size_bytes not in (None, digest.size_bytes):
            what = f"has {size_bytes} bytes of {digest.size_bytes}"
            raise _damaged(file, node, what, Reason.SIZE_MISMATCH)
        if md5 not in (None, digest.md5):
            raise _damaged(file, node, f"has other bytes (md5 {md5})", Reason.HASH_MISMATCH)
        return item_of(node)

    # What is in the way

    def _conflicting(self, file: Outgoing, folder: str, refusal: Refusal) -> Sent:
        """Either the account has this content, or the folder has this name; the answer tells which, or it does not."""
        digest = file.digest()
        for node in self._in_the_way(file, folder, refusal):
            if not _has_content(node, digest, trusting=refusal.is_about_content):
                continue
            if node.get("status") == _TRASH:
                raise ItemError(
                    f"{file.path} lies in the trash of Amazon Photos (as '{text(node, 'name')}'), which takes no "
                    "content twice. Restore it there, or empty the trash and push again.",
                    Reason.IN_TRASH,
                )
            if is_available(node):
                return Sent(file, item_of(node), was_there=True)
        raise self._taken(file, refusal)

    def _in_the_way(self, file: Outgoing, folder: str, refusal: Refusal) -> Iterator[Json]:
        """What may be this very file, the likeliest first; each is asked for only when those before were not it."""
        named = self._api.node(refusal.node_id) if refusal.node_id else None
        if named is not None or refusal.node:
            yield named or refusal.node
        if named is not None and md5_of(named) is not None and not refusal.is_about_content:
            return  # another content has the name, and that is all
        digest = file.digest()
        if (node := self._with_content(digest)) is not None:
            yield node
        yield from self._api.named(folder, file.name)
        if (node := self._with_content(digest, _TRASH)) is not None:
            yield node

    @staticmethod
    def _taken(file: Outgoing, refusal: Refusal) -> PhotosyncError:
        if refusal.is_about_content:
            return ItemError(
                f"{file.path}: Amazon Photos says that it has this content already ({refusal.said}) and does not show "
                "it. Look into the trash there, or push again in a few minutes.",
                Reason.NOT_READY,
            )
        # Where the answer tells nothing, this is what remains: the content is nowhere, so it must be the name.
        return NameTakenError(f"{file.path}: something else has the name '{file.name}' in its folder at Amazon Photos")


def _destination(account: str, wanted: str | None) -> tuple[tuple[str, ...], str | None]:
    """The folders that `--to` names, or the album: `/Holiday/2023` are folders, `Holiday` is an album."""
    if wanted is None:
        return (), None
    if not wanted.startswith("/"):
        if not wanted.strip():
            raise UsageError(f"account '{account}': --to is empty. Name an album, or a folder as in /Holiday/2023")
        return (), wanted
    folders = tuple(name for name in wanted.split("/") if name)
    if {".", ".."} & set(folders):
        raise UsageError(f"account '{account}': --to {wanted}: name the folder from the top, without '.' and '..'")
    return folders, None


def _has_content(node: Json, digest: Digest, *, trusting: bool = False) -> bool:
    """Whether it is a file of this content. `trusting`: the service said so, and need not show a hash as well."""
    if not is_file(node) or size_of(node) not in (None, digest.size_bytes):
        return False
    md5 = md5_of(node)
    return md5 == digest.md5 or (trusting and md5 is None and text(node, "status") is not None)


def _damaged(file: Outgoing, node: Json, what: str, reason: Reason) -> ItemError:
    # It is not put to the trash from here: nothing proves that the answer is not about a picture of the user's.
    return ItemError(
        f"{file.path} did not arrive whole: Amazon Photos {what}. Delete '{text(node, 'name') or file.name}' "
        f"({text(node, 'id')}) there, and push again.",
        reason,
    )
