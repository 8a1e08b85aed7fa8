"""The commands in groups, as `photosync --help` shows them. The texts are here, so that no command is loaded for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typer import BadParameter
from typer.core import TyperGroup

from photosync import documents
from photosync.cli.help_page import write_options

GROUPS: Mapping[str, Mapping[tuple[str, ...], str]] = {
    "Bring and take": {
        ("pull",): "what is new, to the library",
        ("pick", "session"): "photos that you choose in a browser; picking sessions",
        ("push",): "files and folders to a service",
        ("copy", "evict"): "the library to a second place; files off this disk",
    },
    "Look": {
        ("list", "collections"): "items; albums, frames or folders",
        ("tree", "show"): "folders; all about one file, folder or account",
        ("facets", "usage"): "people, places, things of a service; storage used",
        ("status", "failures"): "a line an account; what failed, and what to do",
        ("why", "export"): "a file's origin and its date; the catalog as a table",
        ("duplicates", "coverage"): "the same bytes twice; what one account alone has",
    },
    "Check and repair": {
        ("audit",): "compare a service with the library, item by item",
        ("verify", "rebuild"): "read files again, repair them; make the catalog anew",
        ("fix",): "fill in what photos lack: capture dates, offsets, names",
    },
    "Change at the service": {
        ("trash", "restore"): "to the service's trash, only what is saved; out of it",
        ("trashed", "purge"): "what is in the trash; delete it there for good",
        ("favorite", "hide"): "make items favourites; hide them",
        ("album",): "create, rename, delete albums; add and take out items",
        ("people", "vault"): "names and pictures of people; what the family sees",
        ("remote",): "files and folders: rename, move, label, overwrite, …",
    },
    "Set up": {
        ("init", "doctor"): "a first configuration; what is wrong, and what to do",
        ("login", "logout"): "sign in to an account, sign out",
        ("schedule",): "let cron or systemd run it: show, install, remove",
        ("providers", "demo"): "the plugins; everything on simulated services",
        ("help", "completion"): "a command's options and examples; the tab key",
    },
}
"""Commands that belong together share a line: the whole help fits on a screen."""


class GroupedCommands(TyperGroup):
    """The program's own help, with its commands in `GROUPS`."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - classes of typer's own copy
        """Write the groups in place of one list."""
        for heading, lines in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(", ".join(names), text) for names, text in lines.items()])

    def invoke(self, ctx: Any) -> Any:
        """Run the command. A wrong value of an option is told in the words of the program, not of its libraries."""
        try:
            return super().invoke(ctx)
        except BadParameter as error:
            from photosync.config.mistakes import in_our_words

            error.message = in_our_words(error.message)
            raise

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, then the options of all of them."""
        self.format_commands(ctx, formatter)
        write_options(self, ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Tell how to go on, in one line: the whole help fits on a screen."""
        formatter.write_paragraph()
        formatter.write(f"More: photosync help COMMAND; {documents.ADDRESS}\n")
