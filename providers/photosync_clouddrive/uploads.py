"""Uploads the files of one push.

Facts: protocol notes on Amazon Cloud Drive, sections 5.1, 5.4, 5.7 and 5.8. An upload is complete only when the
service reports hash or size. An existing file of the same name is not overwritten.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from http import HTTPStatus

from photosync.errors import (
    CancelledError,
    ItemError,
    LostAnswerError,
    NameTakenError,
    PhotosyncError,
    Reason,
    SignInError,
)
from photosync.model import Digest, Item
from photosync.provider import FileToUpload, Sent
from photosync.provider_kit.amazon_drive.folders import name_problem
from photosync.provider_kit.amazon_drive.nodes import AVAILABLE, PENDING, DriveNode, NodeKind, folded
from photosync.provider_kit.amazon_drive.uploads import STORED, difference
from photosync.provider_kit.json_fields import json_object
from photosync.transport import Answer
from photosync_clouddrive.api import CloudDriveApi, equals, is_at
from photosync_clouddrive.auth import CloudDriveAuth
from photosync_clouddrive.folders import CloudDriveFolders
from photosync_clouddrive.items import item_of, parse_node
from photosync_clouddrive.multipart import MultipartBody
from photosync_clouddrive.refusals import CloudDriveRefusal, FrontEndError

MOST_BYTES = 50_000 << 20
"""The size from which rclone warned; the service's limit is about 50 GB."""
SLOW_BYTES_PER_S = 1_000_000
"""The assumed speed, to estimate how long a token must be valid."""
LEAST_LIFE_S = 300.0


class CloudDriveUploader:
    """Implements the core's `Uploader`."""

    destination = ""
    batch = 1

    def __init__(
        self, account: str, api: CloudDriveApi, auth: CloudDriveAuth, collection: str | None, wait_s: float
    ) -> None:
        """`wait_s`: the minimum time to search for a file after a lost answer.

        Raises `UsageError` for a `collection` that is not a valid destination.
        """
        self.wait_s = wait_s
        self._account = account
        self._api = api
        self._auth = auth
        self._folders = CloudDriveFolders(account, api, collection)
        self._unanswered: set[tuple[tuple[str, ...], str, str]] = set()
        """Folders, names and hashes of files that were sent completely without an answer: a file found there is one
        of them, even while it has no hash. Several threads add to it, which needs no lock."""

    # Existing files

    def find(self, file: FileToUpload) -> Item | None:
        """A file with this content anywhere outside the trash; or the one that was just sent under this name."""
        self._check(file)
        found = self._with_content(file.digest())
        if found is None and _mark_of(file) in self._unanswered and (folder := self._folders.find(file.folder)):
            return self._first(self._api.named(folder, file.name), file.digest())
        return found

    def _check(self, file: FileToUpload) -> None:
        """Refuse files that the service would refuse after the whole upload."""
        check_size(file)
        for name in (*file.folder, file.name):
            if problem := name_problem(name):
                raise ItemError(f"{file.path} cannot be called '{name[:40]}' there: {problem}", Reason.REFUSED)

    def _with_content(self, digest: Digest) -> Item | None:
        terms = equals("contentProperties.md5", digest.md5), f"kind:{NodeKind.FILE}", f"status:{AVAILABLE}"
        return self._first((node for node in self._api.matching(*terms) if node.md5 is not None), digest)

    def _first(self, nodes: Iterable[DriveNode], digest: Digest) -> Item | None:
        """The first that may be the file and is outside the trash with all its parents."""
        for node in nodes:
            paths = self._folders.paths_of(node.parents) if _may_be(node, digest) else ()
            if paths:
                return item_of(node, paths)
        return None

    # Uploads

    def prepare(self, files: Sequence[FileToUpload]) -> None:
        """Create the folders."""
        for folder in dict.fromkeys(file.folder for file in files):
            self._folders.make(folder)

    def send(self, file: FileToUpload) -> Sent:
        """Upload a file into its folder, and compare hash and size."""
        self._auth.last(LEAST_LIFE_S + file.size_bytes / SLOW_BYTES_PER_S)
        answer, folder = self._posted(file)
        if self._is_corrected(answer):
            answer, folder = self._posted(file)
        if answer.status in STORED:
            return Sent(file, self._stored(file, folder, answer))
        return self._refused(file, folder, CloudDriveRefusal.of(answer))

    def finish(self, sent: Sequence[Sent]) -> Sequence[Sent | ItemError]:
        """Nothing to do: the files are in their folders already."""
        return sent

    def _posted(self, file: FileToUpload) -> tuple[Answer, str]:
        """Send the file once; returns the answer and the folder."""
        folder = self._folders.make(file.folder)
        boundary = secrets.token_hex(16)
        metadata = {"kind": NodeKind.FILE, "name": file.name, "parents": [folder]}
        bodies: list[MultipartBody] = []

        def opened() -> MultipartBody:
            bodies.append(MultipartBody(file, metadata, boundary))
            return bodies[-1]

        try:
            answer = self._api.upload(opened, boundary, file.size_bytes)
        except FrontEndError as error:
            raise LostAnswerError(str(error), error.reason, HTTPStatus.FORBIDDEN) from error
        except LostAnswerError:
            if bodies and bodies[-1].is_read_whole:
                self._unanswered.add(_mark_of(file))
            raise
        return answer, folder

    def _is_corrected(self, answer: Answer) -> bool:
        """Whether it was refused because of outdated local data, which has been corrected."""
        refusal = CloudDriveRefusal.of(answer)
        if refusal.is_stale_parent:
            self._folders.forget()
        elif refusal.is_expired_token:
            self._auth.refresh()
        return refusal.is_stale_parent or refusal.is_expired_token

    def _stored(self, file: FileToUpload, folder: str, answer: Answer) -> Item:
        """The item that the service reports, if it has the sent content."""
        node = parse_node(json_object(answer.body))
        if node is not None and not (node.md5 and node.size_bytes is not None and node.parents):
            node = self._api.node(node.id) or node  # the service may still be processing it
        if node is None or (node.md5 is None and node.size_bytes is None):
            self._unanswered.add(_mark_of(file))
            raise LostAnswerError(
                f"{file.path}: Amazon Cloud Drive took it and did not say as what", Reason.BAD_ANSWER, answer.status
            )
        if found := difference(node, file.digest()):
            raise self._discarded(file, node, *found)
        if node.parents and folder not in node.parents:
            raise self._discarded(file, node, "put it into another folder than it was told to", Reason.BAD_ANSWER)
        return item_of(node, self._folders.paths_of(node.parents or (folder,)))

    def _discarded(self, file: FileToUpload, node: DriveNode, what: str, reason: Reason) -> ItemError:
        """Move the resulting node to the trash, if possible, and return the message."""
        try:
            self._api.discard(node.id)
        except (SignInError, CancelledError):
            raise
        except PhotosyncError:
            done = f"It could not be put to the trash: remove {node.id} there"
        else:
            done = "That one was put to the trash"
        return ItemError(f"{file.path} did not arrive whole: Amazon Cloud Drive {what}. {done}. Push again.", reason)

    # Refusals

    def _refused(self, file: FileToUpload, folder: str, refusal: CloudDriveRefusal) -> Sent:
        """Raises the error of the refusal, unless the file exists at the service."""
        if refusal.status == HTTPStatus.CONFLICT:
            return self._conflicting(file, folder, refusal)
        if refusal.is_expired_token:
            raise SignInError(self._auth.explain(refusal.said))
        if refusal.is_broken_transfer:
            raise LostAnswerError(f"{file.path}: the upload broke off ({refusal.said})", status=refusal.status)
        raise refusal.error(self._account, str(file.path))

    def _conflicting(self, file: FileToUpload, folder: str, refusal: CloudDriveRefusal) -> Sent:
        """Section 5.4: it may be the same file, sent by an earlier attempt or by another program."""
        digest, is_ours = file.digest(), _mark_of(file) in self._unanswered
        if refusal.is_about_content:
            if (item := self._with_content(digest)) is not None:
                return Sent(file, item, was_there=True)
            raise ItemError(
                f"{file.path}: Amazon Cloud Drive says that it has this content already ({refusal.said}) and does not "
                "list it; look into the trash there.",
                Reason.REFUSED,
            )
        node = self._api.node(refusal.node_id) if refusal.node_id else next(self._api.named(folder, file.name), None)
        if node is None or not is_at(node, folder, file.name) or node.status != AVAILABLE:
            raise self._unclear(file, node, refusal, is_ours=is_ours)
        if _may_be(node, digest) and (node.md5 is not None or is_ours):
            return Sent(file, item_of(node, self._folders.paths_of(node.parents)), was_there=not is_ours)
        what = "a folder" if node.kind is NodeKind.FOLDER else "another file"
        spelled = "" if node.name == file.name else f" (as '{node.name}': upper and lower case make no difference)"
        raise NameTakenError(f"{file.path}: {what} has the name '{file.name}' there{spelled}")

    def _unclear(
        self, file: FileToUpload, node: DriveNode | None, refusal: CloudDriveRefusal, *, is_ours: bool
    ) -> PhotosyncError:
        """The error if the name is taken by a node that cannot be read, or not yet."""
        if is_ours:
            return LostAnswerError(
                f"{file.path} was sent and is not ready at Amazon Cloud Drive ({refusal.said})", status=refusal.status
            )
        if node is not None and node.status == PENDING:
            what = "an upload under this name is not finished there"
        else:
            what = "its name is said to be taken, by something that is no longer there"
        return ItemError(f"{file.path}: {what} ({refusal.said}). Push again in a few minutes.", Reason.NOT_READY)


def check_size(file: FileToUpload) -> None:
    """Refuse a file that the service would refuse after the whole upload."""
    if file.size_bytes > MOST_BYTES:
        raise ItemError(
            f"{file.path} has {file.size_bytes} bytes; Amazon Cloud Drive takes some 50 GB", Reason.TOO_LARGE
        )


def _mark_of(file: FileToUpload) -> tuple[tuple[str, ...], str, str]:
    return tuple(map(folded, file.folder)), folded(file.name), file.digest().md5


def _may_be(node: DriveNode, digest: Digest) -> bool:
    """Whether this is the file, as far as known: the hash decides; without one, the size."""
    if node.kind is not NodeKind.FILE or node.status != AVAILABLE:
        return False
    if node.md5 is None:
        return node.size_bytes == digest.size_bytes
    return node.md5 == digest.md5 and node.size_bytes in (None, digest.size_bytes)
