"""The structure of a configuration without anything of its user: for bug reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel

from photosync.config.document import Document, read_text
from photosync.config.mistakes import models_in
from photosync.config.options import Defaults
from photosync.config.references import has_variable, is_reference
from photosync.errors import ConfigError
from photosync.plugins import plugins

_TOP = ("library", "catalog", "accounts", "defaults", "ping_url", "notify", "copies", "after")


def structure_of(path: Path) -> str:
    """A line for each key, with its values replaced. Names that users choose are numbered."""
    try:
        content = Document(path, read_text(path)).content
    except ConfigError as error:
        return f"cannot be read: {type(error.__cause__).__name__}\n"
    return "".join(f"{line}\n" for line in _lines(content, _known_keys(), 0))


def _known_keys() -> frozenset[str]:
    """All keys that have a meaning somewhere, so that they are nobody's own."""
    known = {*_TOP, *Defaults.model_fields, "provider"}
    for plugin in plugins().values():
        with suppress(ConfigError):
            provider = plugin.load()
            known |= provider.endpoint_names
            for model in _models(provider.settings_type):
                known |= model.model_fields.keys()
    return frozenset(known)


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            yield from _models(inner)


def _lines(value: object, known: frozenset[str], depth: int, key: str = "") -> Iterator[str]:
    indent = "  " * depth
    if isinstance(value, dict):
        yield f"{indent}{key}:" if key else "a mapping:"
        for number, (name, each) in enumerate(value.items(), start=1):
            # The names of accounts and copies are their users', even if they are words that have a meaning elsewhere.
            is_known = name in known and key not in ("accounts", "copies")
            yield from _lines(each, known, depth + 1, name if is_known else f"(own name {number})")
    elif isinstance(value, list):
        yield f"{indent}{key}: a list of {len(value)}"
    else:
        yield f"{indent}{key}: {_replaced(key, value)}"


def _replaced(key: str, value: object) -> str:
    if value is None:
        return "nothing"
    if key == "provider" and value in plugins():
        return str(value)
    text = str(value)
    if has_variable(text):
        return "from the environment"
    if is_reference(text):
        return "from the keyring"
    if text in _WORDS:
        return text
    return "a number" if text.isdecimal() else "a text"


_WORDS: Mapping[str, None] = dict.fromkeys(
    (
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "auto",
        "fix",
        "sidecar",
        "none",
        "link",
        "copy",
        "flat",
        "years",
        "months",
    )
)
"""Values that say nothing of a person."""
