"""Runs every step on a fresh copy of the library, and yields its result: to record it, or to compare it."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.compatibility.steps import COMMANDS, STORIES, WRONG_ARGUMENTS, WRONG_CONFIGURATIONS
from tests.compatibility.world import World, changes, recorded, shown

_OPTION = re.compile(r"^  (-\S.*?)(?:  |$)", re.MULTILINE)
_ARGUMENT = re.compile(r"^  ([A-Z]+(?:\|[A-Z]+)*)(?:  |$)", re.MULTILINE)


def story_steps(story: str, root: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """The name and the result of each step of a story."""
    with World(root) as world:
        world.restore()
        for number, (name, arguments) in enumerate(STORIES[story](world), start=1):
            before = world.state()
            ran = world.run(*arguments)
            yield f"{number:02} {name}", recorded(world, arguments, ran, before, world.state())


def usage_errors(root: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """Exit status and standard output of wrong command lines and configurations, and what all of them changed."""
    with World(root) as world:
        world.unpack()
        before = world.state()
        for arguments in WRONG_ARGUMENTS:
            ran = world.run(*arguments, "--json")
            yield " ".join(arguments) or "nothing", {"exit": ran.exit, "output": shown(world, ran)}
        for name, content in WRONG_CONFIGURATIONS.items():
            config = root / "wrong.yaml"
            config.write_text(content, encoding="utf-8")
            for command in ("status", "pull"):
                ran = world.run(command, "--json", config=config)
                yield f"{command}: {name}", {"exit": ran.exit, "output": shown(world, ran)}
        yield "changes", {**changes(before, world.state())}


def command_lines(root: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """The arguments and options that each command takes; how they are described may change."""
    with World(root) as world:
        for command in COMMANDS:
            ran = world.run(*filter(None, [command]), "--help")
            options = [" ".join(found.split()) for found in _OPTION.findall(ran.stdout)]
            usage = ran.stdout.partition("\n\n")[0]
            yield (
                command or "photosync",
                {
                    "exit": ran.exit,
                    "usage": re.sub(r"^Usage: .*?photosync\b", "photosync", " ".join(usage.split())),
                    "arguments": _ARGUMENT.findall(ran.stdout),
                    "options": options,
                },
            )


def record_all(folder: Path) -> None:
    """Write the result of every step to a file."""
    for story in STORIES:
        with tempfile.TemporaryDirectory() as root:
            for name, step in story_steps(story, Path(root).resolve()):
                write(folder / story / file_name(name), step)
    for name, results in (("usage errors", usage_errors), ("command lines", command_lines)):
        with tempfile.TemporaryDirectory() as root:
            write(folder / file_name(name), dict(results(Path(root).resolve())))


def file_name(name: str) -> str:
    """Of a step."""
    return f"{name}.json".replace(" ", "-")


def write(path: Path, content: dict[str, object]) -> None:
    """JSON that a person can compare."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
