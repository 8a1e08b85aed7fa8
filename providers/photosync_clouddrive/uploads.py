"""Brings files up: one push.

Facts: protocol notes on Amazon Cloud Drive, sections 5.1, 5.4, 5.7 and 5.8. What was sent is believed to be there only
when the service tells its hash and size; and a name that is taken is never written over.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
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
from photosync.transport import Answer, Transport
from photosync_clouddrive.auth import CloudDriveAuth
from photosync_clouddrive.endpoints import Endpoints
from photosync_clouddrive.lookup import Nodes, equals, folded, is_at
from photosync_clouddrive.multipart import MultipartBody
from photosync_clouddrive.nodes import AVAILABLE, PENDING, Node, NodeKind, json_object, parse_node
from photosync_clouddrive.places import Places, problem_of
from photosync_clouddrive.refusals import ANSWERED, FrontEndError, Refusal

MOST_BYTES = 50_000 << 20
"""What rclone warned from; the service's own limit is some 50 GB."""
SLOW_BYTES_PER_S = 1_000_000
"""By which it is guessed how long a token must last, and an answer may take."""
LEAST_LIFE_S = 300.0
LEAST_PATIENCE_S = 120.0
MOST_PATIENCE_S = 900.0
_STORED = (HTTPStatus.OK, HTTPStatus.CREATED)


class CloudDriveUploader:
    """Fulfils the core's `Uploader`."""

    destination = ""
    batch = 1

    def __init__(
        self,
        account: str,
        transport: Transport,
        endpoints: Endpoints,
        auth: CloudDriveAuth,
        nodes: Nodes,
        places: Places,
        wait_s: float,
    ) -> None:
        """`wait_s` is how long at least a file is looked for whose answer was lost."""
        self.wait_s = wait_s
        self._account = account
        self._transport = transport
        self._url = f"{endpoints.content}nodes"
        self._auth = auth
        self._nodes = nodes
        self._places = places
        self._unanswered: set[tuple[tuple[str, ...], str, str]] = set()
        """Folders, names and hashes of files that went up whole without a word of the service's: what is found there
        is theirs, even while it has no hash."""
        self._lock = threading.Lock()

    # What is there

    def find(self, file: FileToUpload) -> Item | None:
        """A file of this content anywhere outside the trash; or the one that was sent under this name just now."""
        self._check(file)
        return self._with_content(file.digest()) or (self._arrived(file) if self._is_unanswered(file) else None)

    def _check(self, file: FileToUpload) -> None:
        """Refuse what the service would refuse after all the bytes had gone up."""
        if file.size_bytes > MOST_BYTES:
            raise ItemError(
                f"{file.path} has {file.size_bytes} bytes; Amazon Cloud Drive takes some 50 GB", Reason.TOO_LARGE
            )
        for name in (*file.folder, file.name):
            if problem := problem_of(name):
                raise ItemError(f"{file.path} cannot be called '{name[:40]}' there: {problem}", Reason.REFUSED)

    def _with_content(self, digest: Digest) -> Item | None:
        terms = equals("contentProperties.md5", digest.md5), f"kind:{NodeKind.FILE}", f"status:{AVAILABLE}"
        for node in self._nodes.matching(*terms):
            if node.md5 == digest.md5 and _may_be(node, digest) and (item := self._visible(node)) is not None:
                return item
        return None

    def _arrived(self, file: FileToUpload) -> Item | None:
        folder = self._places.known(file.folder)
        for node in self._nodes.named(folder, file.name) if folder else ():
            if _may_be(node, file.digest()) and (item := self._visible(node)) is not None:
                return item
        return None

    def _visible(self, node: Node) -> Item | None:
        """As an item, unless a folder above it lies in the trash, from where it will vanish."""
        paths = self._places.paths_of(node.parents)
        return node.item(paths) if paths else None

    # What goes up

    def prepare(self, files: Sequence[FileToUpload]) -> None:
        """Make the folders."""
        for folder in dict.fromkeys(file.folder for file in files):
            self._places.make(folder)

    def send(self, file: FileToUpload) -> Sent:
        """The file, in its folder, with its hash and size compared."""
        self._auth.last(LEAST_LIFE_S + file.size_bytes / SLOW_BYTES_PER_S)
        answer, folder = self._posted(file)
        if self._is_mended(answer):
            answer, folder = self._posted(file)
        if answer.status in _STORED:
            return Sent(file, self._stored(file, folder, answer))
        return self._refused(file, folder, Refusal.of(answer))

    def finish(self, sent: Sequence[Sent]) -> Sequence[Sent | ItemError]:
        """Nothing is left to do: a file lies in its folder from the beginning."""
        return sent

    def _posted(self, file: FileToUpload) -> tuple[Answer, str]:
        """Send it once; the answer, and the folder that it was sent to."""
        folder = self._places.make(file.folder)
        boundary = secrets.token_hex(16)
        metadata = {"kind": NodeKind.FILE, "name": file.name, "parents": [folder]}
        bodies: list[MultipartBody] = []

        def opened() -> MultipartBody:
            bodies.append(MultipartBody(file, metadata, boundary))
            return bodies[-1]

        patience_s = LEAST_PATIENCE_S + file.size_bytes / SLOW_BYTES_PER_S / 10
        try:
            answer = self._transport.request(
                "POST",
                self._url,
                params={"suppress": "deduplication"},
                headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
                body=opened,
                idempotent=False,
                accept=ANSWERED,
                timeout_s=min(patience_s, MOST_PATIENCE_S),  # the service hashes all of it before it answers
            )
        except FrontEndError as error:
            raise LostAnswerError(str(error), error.reason, HTTPStatus.FORBIDDEN) from error
        except LostAnswerError:
            if bodies and bodies[-1].is_read_whole:
                self._remember_unanswered(file)
            raise
        return answer, folder

    def _is_mended(self, answer: Answer) -> bool:
        """Whether it was refused for what this program knew wrong, and has put right by now."""
        refusal = Refusal.of(answer)
        if refusal.is_stale_parent:
            self._places.forget()
        elif refusal.is_expired_token:
            self._auth.refresh()
        return refusal.is_stale_parent or refusal.is_expired_token

    def _stored(self, file: FileToUpload, folder: str, answer: Answer) -> Item:
        """What the service says that it has, if that is what was sent."""
        node = parse_node(json_object(answer.body))
        if node is not None and not (node.md5 and node.size_bytes is not None and node.parents):
            node = self._nodes.get(node.id) or node  # it may have been in the middle of something
        if node is None or (node.md5 is None and node.size_bytes is None):
            self._remember_unanswered(file)
            raise LostAnswerError(
                f"{file.path}: Amazon Cloud Drive took it and did not say as what", Reason.BAD_ANSWER, answer.status
            )
        digest = file.digest()
        if node.size_bytes not in (None, digest.size_bytes):
            what = f"has {node.size_bytes} bytes of {digest.size_bytes}"
            raise self._discarded(file, node, what, Reason.SIZE_MISMATCH)
        if node.md5 not in (None, digest.md5):
            raise self._discarded(file, node, f"has other bytes (md5 {node.md5})", Reason.HASH_MISMATCH)
        if node.parents and folder not in node.parents:
            raise self._discarded(file, node, "put it into another folder than it was told to", Reason.BAD_ANSWER)
        return node.item(self._places.paths_of(node.parents or (folder,)))

    def _discarded(self, file: FileToUpload, node: Node, what: str, reason: Reason) -> ItemError:
        """Take back what the service made of it, as far as that is possible, and say so."""
        try:
            self._nodes.trash(node.id)
        except (SignInError, CancelledError):
            raise
        except PhotosyncError:
            done = f"It could not be put to the trash: remove {node.id} there"
        else:
            done = "That one was put to the trash"
        return ItemError(f"{file.path} did not arrive whole: Amazon Cloud Drive {what}. {done}. Push again.", reason)

    # What is refused

    def _refused(self, file: FileToUpload, folder: str, refusal: Refusal) -> Sent:
        """Raises what the refusal means, unless the file turns out to be there."""
        if refusal.status == HTTPStatus.CONFLICT:
            return self._conflicting(file, folder, refusal)
        if refusal.is_expired_token:
            raise SignInError(self._auth.explain(refusal.said))
        if refusal.is_broken_transfer:
            raise LostAnswerError(f"{file.path}: the upload broke off ({refusal.said})", status=refusal.status)
        raise refusal.error(self._account, str(file.path))

    def _conflicting(self, file: FileToUpload, folder: str, refusal: Refusal) -> Sent:
        """Section 5.4: it may be the very same file, sent by an earlier try or by anybody else."""
        digest, is_ours = file.digest(), self._is_unanswered(file)
        if refusal.is_about_content:
            if (item := self._with_content(digest)) is not None:
                return Sent(file, item, was_there=True)
            raise ItemError(
                f"{file.path}: Amazon Cloud Drive says that it has this content already ({refusal.said}) and does not "
                "list it; look into the trash there.",
                Reason.REFUSED,
            )
        node = self._nodes.get(refusal.node_id) if refusal.node_id else next(self._nodes.named(folder, file.name), None)
        if node is None or not is_at(node, folder, file.name) or node.status != AVAILABLE:
            raise self._unclear(file, node, refusal, is_ours=is_ours)
        if _may_be(node, digest) and (node.md5 is not None or is_ours):
            return Sent(file, node.item(self._places.paths_of(node.parents)), was_there=not is_ours)
        what = "a folder" if node.kind is NodeKind.FOLDER else "another file"
        spelled = "" if node.name == file.name else f" (as '{node.name}': upper and lower case make no difference)"
        raise NameTakenError(f"{file.path}: {what} has the name '{file.name}' there{spelled}")

    def _unclear(self, file: FileToUpload, node: Node | None, refusal: Refusal, *, is_ours: bool) -> PhotosyncError:
        """The name is taken by something that cannot be looked at, or not yet."""
        if is_ours:
            return LostAnswerError(
                f"{file.path} was sent and is not ready at Amazon Cloud Drive ({refusal.said})", status=refusal.status
            )
        if node is not None and node.status == PENDING:
            what = "an upload under this name is not finished there"
        else:
            what = "its name is said to be taken, by something that is no longer there"
        return ItemError(f"{file.path}: {what} ({refusal.said}). Push again in a few minutes.", Reason.NOT_READY)

    # What was sent without an answer

    def _remember_unanswered(self, file: FileToUpload) -> None:
        with self._lock:
            self._unanswered.add(_mark_of(file))

    def _is_unanswered(self, file: FileToUpload) -> bool:
        with self._lock:
            return _mark_of(file) in self._unanswered


def _mark_of(file: FileToUpload) -> tuple[tuple[str, ...], str, str]:
    return tuple(map(folded, file.folder)), folded(file.name), file.digest().md5


def _may_be(node: Node, digest: Digest) -> bool:
    """Whether this is the file as far as it is known: a hash decides; while there is none, the size."""
    if node.kind is not NodeKind.FILE or node.status != AVAILABLE:
        return False
    if node.md5 is None:
        return node.size_bytes == digest.size_bytes
    return node.md5 == digest.md5 and node.size_bytes in (None, digest.size_bytes)
