"""Changes of single files and folders of a drive.

Facts: protocol notes on Amazon Cloud Drive, sections 3.6 to 3.11 and 5.3. A change is done when the node is as it
should be: a repeated request may be refused because the first one succeeded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from http import HTTPStatus
from urllib.parse import quote

from photosync.errors import ItemError, LostAnswerError, NameTakenError, PhotosyncError, Reason, UsageError
from photosync.provider import FileOrFolder, FileToUpload
from photosync.provider_kit.amazon_drive.folders import name_problem
from photosync.provider_kit.amazon_drive.nodes import AVAILABLE, PENDING, DriveNode, NodeKind
from photosync.provider_kit.amazon_drive.renaming import renamed
from photosync.provider_kit.amazon_drive.uploads import STORED, difference
from photosync.provider_kit.json_fields import Json, json_object
from photosync.transport import Answer
from photosync_clouddrive.api import SERVICE, CloudDriveApi
from photosync_clouddrive.auth import CloudDriveAuth
from photosync_clouddrive.folders import ID, CloudDriveFolders
from photosync_clouddrive.items import item_of, parse_node
from photosync_clouddrive.refusals import CloudDriveRefusal
from photosync_clouddrive.uploads import LEAST_LIFE_S, SLOW_BYTES_PER_S, check_size

_DONE = (*STORED, HTTPStatus.ACCEPTED)
_KEY = re.compile(r"[A-Za-z0-9_]{1,50}")
_MOST_VALUE_CHARACTERS = 500


class CloudDriveFiles:
    """The files and folders of one account. Used by one thread at a time."""

    most_labels = 10
    most_label_characters = 256
    most_description_characters = 500

    def __init__(self, account: str, drive: Callable[[], CloudDriveApi], auth: CloudDriveAuth) -> None:
        """`drive` gives the calls, and may ask for the endpoints."""
        self._account = account
        self._drive = drive
        self._auth = auth

    @cached_property
    def _api(self) -> CloudDriveApi:
        return self._drive()

    @cached_property
    def _folders(self) -> CloudDriveFolders:
        return CloudDriveFolders(self._account, self._api, None)

    # Find

    def locate(self, text: str) -> FileOrFolder | None:
        """By id or path."""
        if ID.fullmatch(text) and (node := self._api.node(text)) is not None:
            return self._described(node)
        node = self._folders.node_at(tuple(name for name in text.split("/") if name))
        return None if node is None else self._described(node)

    def check_name(self, name: str) -> str | None:
        """Section 3.9."""
        return name_problem(name)

    def _described(self, node: DriveNode) -> FileOrFolder:
        paths = self._folders.paths_of(node.parents)
        name = node.name or ("" if node.is_root else node.id)
        return FileOrFolder(
            id=node.id,
            name="/".join(filter(None, (paths[0] if paths else "", name))) or "/",
            item=item_of(node, paths) if node.kind is NodeKind.FILE else None,
            is_trashed=node.status not in (AVAILABLE, PENDING) or not paths,
            is_unfinished=node.status == PENDING,
            is_permanent=node.is_root,
            folders=node.parents,
            labels=node.labels,
            description=node.description or "",
        )

    # Names and folders

    def make_folder(self, path: Sequence[str]) -> FileOrFolder:
        """A folder that another program makes meanwhile is the wanted one."""
        return self._now(self._folders.make(tuple(path)))

    def rename(self, file: FileOrFolder, name: str) -> FileOrFolder:
        """By way of a third name, if only the case differs."""

        def rename(to: str) -> FileOrFolder:
            return self._patched(file, {"name": to}, lambda node: node.name == to, f"the name '{to}' of {file.name}")

        return renamed(file.name.rpartition("/")[2], name, rename)

    def move(self, file: FileOrFolder, before: str, after: FileOrFolder) -> FileOrFolder:
        """In one step."""
        return self._changed(
            file,
            self._api.change("POST", f"{_node(after.id)}/children", {"fromParent": before, "childId": file.id}),
            lambda node: after.id in node.parents and (before == after.id or before not in node.parents),
            f"{file.name} in {after.name}",
        )

    def is_below(self, folder: FileOrFolder, other: FileOrFolder) -> bool:
        """By all of its paths."""
        return other.id in self._folders.above((folder.id,))

    def add_to_folder(self, file: FileOrFolder, folder: FileOrFolder) -> FileOrFolder:
        """A hard link: there is one content."""
        return self._changed(
            file,
            self._api.change("PUT", f"{_node(folder.id)}/children/{quote(file.id, safe='')}"),
            lambda node: folder.id in node.parents,
            f"{file.name} in {folder.name}",
        )

    def remove_from_folder(self, file: FileOrFolder, folder: FileOrFolder) -> FileOrFolder:
        """Never out of the last: it is not known what becomes of a file without a folder (section 3.6)."""
        return self._changed(
            file,
            self._api.change("DELETE", f"{_node(folder.id)}/children/{quote(file.id, safe='')}"),
            lambda node: folder.id not in node.parents,
            f"{file.name} without {folder.name}",
        )

    # Descriptions and labels

    def describe(self, file: FileOrFolder, description: str) -> FileOrFolder:
        """Section 3.7."""
        return self._patched(
            file,
            {"description": description},
            lambda node: (node.description or "") == description,
            f"a description of {file.name}",
        )

    def label(self, file: FileOrFolder, labels: Sequence[str]) -> FileOrFolder:
        """Section 3.10: the whole list is written."""
        return self._patched(
            file,
            {"labels": list(labels)},
            lambda node: set(node.labels) == set(labels),
            f"the labels of {file.name}",
        )

    # Contents

    def make_available(self, file: FileOrFolder) -> FileOrFolder:
        """Section 3.7: for a node that is stuck in `PENDING`."""
        return self._patched(file, {"status": AVAILABLE}, lambda node: node.is_available, f"the end of {file.name}")

    def overwrite(self, file: FileOrFolder, content: FileToUpload) -> FileOrFolder:
        """Section 5.3."""
        check_size(content)
        self._auth.last(LEAST_LIFE_S + content.size_bytes / SLOW_BYTES_PER_S)
        answer = self._api.overwrite(file.id, content)
        refusal = CloudDriveRefusal.of(answer)
        if answer.status in _DONE:
            node = self._node_now(file.id)
            if found := difference(node, content.digest()):
                raise ItemError(
                    f"{file.name} did not arrive whole: {SERVICE} {found[0]}. Its old content is gone there; overwrite "
                    "it again.",
                    found[1],
                )
            return self._described(node)
        if refusal.is_expired_token:
            self._auth.refresh()
        if refusal.is_expired_token or refusal.is_broken_transfer:
            raise LostAnswerError(f"{file.name}: the upload broke off ({refusal.said})", status=answer.status)
        raise self._error(refusal, f"the content of {content.path}")

    # Properties

    def check_property(self, key: str, value: str) -> str | None:
        """Section 3.9."""
        if not _KEY.fullmatch(key):
            return f"'{key}' cannot be the key of a property, which has up to 50 letters, digits and underscores"
        if len(value) > _MOST_VALUE_CHARACTERS:
            return f"the value of a property has at most {_MOST_VALUE_CHARACTERS} characters"
        return None

    def properties(self, file: FileOrFolder, owner: str | None) -> Mapping[str, str]:
        """Section 3.11."""
        return self._api.properties(file.id, self._owner_of(file, owner))

    def set_property(self, file: FileOrFolder, owner: str | None, key: str, value: str) -> None:
        """Set one."""
        answer = self._api.change("PUT", self._property(file, owner, key), {"value": value})
        if answer.status not in _DONE:
            raise self._error(CloudDriveRefusal.of(answer), f"the property {key} of {file.name}")

    def delete_property(self, file: FileOrFolder, owner: str | None, key: str) -> None:
        """Delete one; one that is gone already is deleted."""
        answer = self._api.change("DELETE", self._property(file, owner, key))
        if answer.status not in (*_DONE, HTTPStatus.NOT_FOUND):
            raise self._error(CloudDriveRefusal.of(answer), f"the property {key} of {file.name}")

    def _property(self, file: FileOrFolder, owner: str | None, key: str) -> str:
        owner = self._owner_of(file, owner)
        return f"{_node(file.id)}/properties/{quote(owner, safe='')}/{quote(key, safe='')}"

    def _owner_of(self, file: FileOrFolder, owner: str | None) -> str:
        if owner or (owner := self._node_now(file.id).created_by):
            return owner
        raise UsageError(
            f"account '{self._account}': {SERVICE} does not say which client made {file.name}: name the one whose "
            "properties are meant with --owner"
        )

    # Requests

    def _patched(
        self, file: FileOrFolder, content: Json, is_right: Callable[[DriveNode], bool], what: str
    ) -> FileOrFolder:
        return self._changed(file, self._api.change("PATCH", _node(file.id), content), is_right, what)

    def _changed(
        self, file: FileOrFolder, answer: Answer, is_right: Callable[[DriveNode], bool], what: str
    ) -> FileOrFolder:
        """The node, if it is as it should be. Raises the error of the refusal otherwise."""
        self._folders.forget()
        node = parse_node(json_object(answer.body)) if answer.status in _DONE else None
        if node is None or node.id != file.id or not is_right(node):
            node = self._api.node(file.id)
        if node is not None and is_right(node):
            return self._described(node)
        if answer.status in _DONE:
            raise ItemError(f"{SERVICE} took {what}, and does not show it. Look again later.", Reason.BAD_ANSWER)
        raise self._error(CloudDriveRefusal.of(answer), what)

    def _error(self, refusal: CloudDriveRefusal, what: str) -> PhotosyncError:
        if refusal.status == HTTPStatus.NOT_FOUND:
            return ItemError(f"{SERVICE} does not have it any more: {what} ({refusal.said})", Reason.NOT_FOUND)
        if refusal.status != HTTPStatus.CONFLICT:
            return refusal.error(self._account, what)
        holder = self._api.node(refusal.node_id) if refusal.node_id else None
        who = "a folder" if holder is not None and holder.kind is NodeKind.FOLDER else "a file"
        spelled = f" '{holder.name}'" if holder is not None and holder.name else ""
        return NameTakenError(
            f"{what}: {who}{spelled} has that name there, and upper and lower case make no difference ({refusal.said})"
        )

    def _now(self, node_id: str) -> FileOrFolder:
        return self._described(self._node_now(node_id))

    def _node_now(self, node_id: str) -> DriveNode:
        node = self._api.node(node_id)
        if node is None or (node.status != AVAILABLE and node.md5 is None and node.kind is NodeKind.FILE):
            raise ItemError(f"{SERVICE} does not show {node_id} any more, or not yet", Reason.NOT_FOUND)
        return node


def _node(node_id: str) -> str:
    return f"nodes/{quote(node_id, safe='')}"
