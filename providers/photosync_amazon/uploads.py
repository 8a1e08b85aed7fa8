"""Uploads the files of one push.

Facts: protocol notes on Amazon Photos, sections 5, 6 and 8. The service stores each content once per account, in
whichever folder. An upload is complete only when the service reports the hash or at least the size. Existing files are
never changed or deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus

from photosync.errors import ItemError, LostAnswerError, NameTakenError, Reason, UsageError
from photosync.model import Digest, Item
from photosync.provider import FileToUpload, Sent
from photosync.provider_kit.amazon_drive.folders import PushFolders
from photosync.provider_kit.amazon_drive.nodes import TRASH, DriveNode, NodeKind
from photosync.provider_kit.amazon_drive.uploads import STORED, difference
from photosync.provider_kit.json_fields import json_object
from photosync.transport import Answer
from photosync_amazon.albums import PushAlbum
from photosync_amazon.api import SERVICE, AmazonApi
from photosync_amazon.items import item_of, parse_node
from photosync_amazon.refusals import AmazonRefusal

ALBUM_BATCH = 25
"""Files added to an album in one call. The call for the trash accepts 50 ids; larger numbers are not documented."""


class AmazonUploader:
    """Implements the core's `Uploader`."""

    wait_s = 10.0

    def __init__(self, account: str, api: AmazonApi, collection: str | None) -> None:
        """Searches for the album, if `collection` names one. Raises `UsageError` for an invalid destination."""
        self._account = account
        self._api = api
        folders, album = _destination(account, collection)
        self._folders = PushFolders(account, SERVICE, api, AmazonRefusal, above=folders)
        self._album = PushAlbum(account, api, album) if album is not None else None
        # The number of files added to the album in one call; 1 without an album.
        self.batch = ALBUM_BATCH if album is not None else 1

    @property
    def destination(self) -> str:
        """The album. Folders are not part of it: a content can be in only one of them."""
        return self._album.destination if self._album is not None else ""

    def find(self, file: FileToUpload) -> Item | None:
        """A file with this content, anywhere in the account outside the trash."""
        node = self._with_content(file.digest())
        return item_of(node) if node is not None else None

    def prepare(self, files: Sequence[FileToUpload]) -> None:
        """Create the folders. `send` raises the error of a folder that cannot be created, for the files in it only."""
        for folder in dict.fromkeys(file.folder for file in files):
            try:
                self._folders.make(folder)
            except ItemError:
                continue

    def send(self, file: FileToUpload) -> Sent:
        """Upload a file into its folder, and compare hash and size."""
        folder = self._folders.make(file.folder)
        answer = self._api.upload(file, folder)
        if answer.status in STORED:
            return Sent(file, self._stored(file, answer))
        refusal = AmazonRefusal.of(answer)
        if refusal.status == HTTPStatus.CONFLICT:
            return self._conflicting(file, folder, refusal)
        if refusal.status == HTTPStatus.NOT_FOUND:
            self._folders.forget()
        raise refusal.error(self._account, str(file.path))

    def finish(self, sent: Sequence[Sent]) -> Sequence[Sent | ItemError]:
        """Add them to the album, if there is one. They are in their folders already."""
        return sent if self._album is None else self._album.add(sent)

    # Existing files

    def _with_content(self, digest: Digest, status: str | None = None) -> DriveNode | None:
        """A file with this content, by default outside the trash."""
        wanted = f" AND status:{status}" if status else ""
        for node in self._api.matching(f"kind:FILE AND contentProperties.md5:{digest.md5}{wanted}"):
            is_there = node.status == status if status else node.is_available
            if is_there and _has_content(node, digest) and self._is_own(node):
                return node
        return None

    def _is_own(self, node: DriveNode) -> bool:
        """Whether the account owns it: shared items of others can disappear at any time."""
        return node.owner in (None, self._api.root().owner)

    # Uploaded files

    def _stored(self, file: FileToUpload, answer: Answer) -> Item:
        """The item that the service reports, if it has the sent content."""
        node = parse_node(json_object(answer.body))
        if node is not None and node.md5 is None:
            node = self._api.node(node.id) or node  # the service may still be processing it
        if node is None or (node.md5 is None and node.size_bytes is None):
            raise LostAnswerError(
                f"{file.path}: Amazon Photos took it and did not say as what", Reason.BAD_ANSWER, answer.status
            )
        if found := difference(node, file.digest()):
            what, reason = found
            # It is not moved to the trash here: the answer may be about another picture of the user.
            raise ItemError(
                f"{file.path} did not arrive whole: Amazon Photos {what}. Delete '{node.name or file.name}' "
                f"({node.id}) there, and push again.",
                reason,
            )
        return item_of(node)

    # Conflicts

    def _conflicting(self, file: FileToUpload, folder: str, refusal: AmazonRefusal) -> Sent:
        """Either the account has this content, or the folder has this name. Some answers do not say which."""
        digest = file.digest()
        for node in self._in_the_way(file, folder, refusal):
            if not _has_content(node, digest, trusting=refusal.is_about_content):
                continue
            if node.status == TRASH:
                raise ItemError(
                    f"{file.path} lies in the trash of Amazon Photos (as '{node.name}'), which takes no "
                    "content twice. Restore it there, or empty the trash and push again.",
                    Reason.IN_TRASH,
                )
            if node.is_available:
                return Sent(file, item_of(node), was_there=True)
        if refusal.is_about_content:
            raise ItemError(
                f"{file.path}: Amazon Photos says that it has this content already ({refusal.said}) and does not show "
                "it. Look into the trash there, or push again in a few minutes.",
                Reason.NOT_READY,
            )
        # If the answer does not say which: the content was not found, so it must be the name.
        raise NameTakenError(f"{file.path}: something else has the name '{file.name}' in its folder at Amazon Photos")

    def _in_the_way(self, file: FileToUpload, folder: str, refusal: AmazonRefusal) -> Iterator[DriveNode]:
        """Nodes that may be this file, the most likely first. The caller takes the next only if one does not match."""
        named = self._api.node(refusal.node_id) if refusal.node_id else None
        if (node := named or refusal.node) is not None:
            yield node
        if named is not None and named.md5 is not None and not refusal.is_about_content:
            return  # another content has this name
        digest = file.digest()
        if (node := self._with_content(digest)) is not None:
            yield node
        yield from self._api.named(folder, file.name)
        if (node := self._with_content(digest, TRASH)) is not None:
            yield node


def _destination(account: str, wanted: str | None) -> tuple[tuple[str, ...], str | None]:
    """The folders in `--to`, or the album: `/Holiday/2023` are folders, `Holiday` is an album."""
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


def _has_content(node: DriveNode, digest: Digest, *, trusting: bool = False) -> bool:
    """Whether it is a file with this content. `trusting`: the service said so, so that no hash is required."""
    if node.kind is not NodeKind.FILE or node.size_bytes not in (None, digest.size_bytes):
        return False
    return node.md5 == digest.md5 or (trusting and node.md5 is None)
