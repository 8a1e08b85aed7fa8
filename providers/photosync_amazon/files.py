"""Folders are made, and files and folders renamed.

Facts: protocol notes on Amazon Photos, sections 5, 8 and 9. That a file or folder is renamed as an album is, follows
from the API family; so the node is looked at afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from http import HTTPStatus

from photosync.errors import ItemError, NameTakenError, Reason
from photosync.provider import FileOrFolder
from photosync.provider_kit.amazon_drive.folders import PushFolders, name_problem
from photosync.provider_kit.amazon_drive.nodes import PURGED
from photosync.provider_kit.amazon_drive.renaming import renamed
from photosync_amazon.api import SERVICE, AmazonApi
from photosync_amazon.changes import DONE, AmazonChanges, found_at, refusal_of
from photosync_amazon.refusals import AmazonRefusal

_ID = re.compile(r"[A-Za-z0-9_-]{10,}")
"""Ids have 22 characters, as far as is known."""


class AmazonFiles:
    """The files and folders of one account. Used by one thread at a time."""

    def __init__(self, account: str, api: AmazonApi, changes: AmazonChanges) -> None:
        self._account = account
        self._api = api
        self._changes = changes

    @cached_property
    def _folders(self) -> PushFolders:
        return PushFolders(self._account, SERVICE, self._api, AmazonRefusal)

    def locate(self, text: str) -> FileOrFolder | None:
        """By id or path."""
        node = self._api.node(text) if _ID.fullmatch(text) else None
        if node is None or node.status == PURGED:
            node = self._folders.node_at(tuple(name for name in text.split("/") if name))
        return None if node is None else found_at(node)

    def check_name(self, name: str) -> str | None:
        """As in Cloud Drive."""
        return name_problem(name)

    def make_folder(self, path: Sequence[str]) -> FileOrFolder:
        """A folder that another program makes meanwhile is the wanted one."""
        return self._now(self._folders.make(tuple(path)))

    def rename(self, file: FileOrFolder, name: str) -> FileOrFolder:
        """By way of a third name, if only the case differs."""
        self._folders.forget()
        return renamed(file.name, name, lambda to: self._renamed(file, to))

    def _renamed(self, file: FileOrFolder, name: str) -> FileOrFolder:
        what = f"the name '{name}' for {file.name}"
        answer = self._api.rename(file.id, name)
        if answer.status not in DONE:
            node = self._api.node(file.id)
            if node is None or node.name != name:  # else it was the repetition of a request that was carried out
                if answer.status == HTTPStatus.CONFLICT:
                    raise NameTakenError(f"{what}: something has that name there ({AmazonRefusal.of(answer).said})")
                raise refusal_of(answer, what)
        for error in self._changes.left_after_looking([file.id], lambda id_: self._is_called(id_, name)).values():
            raise error
        return self._now(file.id)

    def _is_called(self, id_: str, name: str) -> bool:
        node = self._api.node(id_)
        return node is not None and node.name == name

    def _now(self, id_: str) -> FileOrFolder:
        node = self._api.node(id_)
        if node is None:
            raise ItemError(f"{SERVICE} does not show {id_} any more, or not yet", Reason.NOT_FOUND)
        return found_at(node)
