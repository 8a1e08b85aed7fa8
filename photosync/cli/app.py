"""Registers the commands. Each one is in the file of its name in `commands`."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Option

from photosync.cli.command import command
from photosync.cli.commands.audit import audit
from photosync.cli.commands.collections import show_collections
from photosync.cli.commands.demo import demo
from photosync.cli.commands.failures import show_failures
from photosync.cli.commands.fix import fix
from photosync.cli.commands.list import list_items
from photosync.cli.commands.login import login
from photosync.cli.commands.logout import logout
from photosync.cli.commands.pick import pick
from photosync.cli.commands.providers import show_providers
from photosync.cli.commands.pull import pull
from photosync.cli.commands.push import push
from photosync.cli.commands.rebuild import rebuild
from photosync.cli.commands.status import show_status
from photosync.cli.commands.usage import show_usage
from photosync.cli.commands.verify import verify
from photosync.cli.commands.why import why
from photosync.cli.options import GeneralOptions

app = typer.Typer(
    name="photosync",
    help="Brings your photos and videos from several services to your own disk, safely.",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _show_version(asked: bool) -> None:
    if asked:
        from photosync import __version__

        typer.echo(f"photosync {__version__}")
        raise typer.Exit


@app.callback()
@command
def photosync(
    *,
    version: Annotated[
        bool, Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    general: GeneralOptions,
) -> None:
    """Brings your photos and videos from several services to your own disk, safely."""


app.command("pull")(pull)
app.command("pick")(pick)
app.command("push")(push)
app.command("login")(login)
app.command("logout")(logout)
app.command("list")(list_items)
app.command("collections")(show_collections)
app.command("usage")(show_usage)
app.command("fix")(fix)
app.command("why")(why)
app.command("status")(show_status)
app.command("failures")(show_failures)
app.command("audit")(audit)
app.command("verify")(verify)
app.command("rebuild")(rebuild)
app.command("providers")(show_providers)
app.command("demo")(demo)
