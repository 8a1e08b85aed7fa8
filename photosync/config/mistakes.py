"""Collects what is wrong in a configuration, so that a person learns all of it at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from photosync.config.document import Document, Key
from photosync.suggestions import did_you_mean

Model = TypeVar("Model", bound=BaseModel)


class Mistakes:
    """The mistakes in a document: a sentence for each key that has one."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._by_key: dict[Key, str] = {}

    def note(self, at: Key, problem: str) -> None:
        """Add what is wrong with a key; its first mistake counts."""
        self._by_key.setdefault(at, self._document.sentence(at, problem))

    @property
    def keys(self) -> Iterable[Key]:
        """Those that have a mistake."""
        return self._by_key.keys()

    def sentences(self, below: Key = ()) -> Sequence[str]:
        """Those about this key and the keys below it, in the order of the lines."""
        found = [at for at in self._by_key if at[: len(below)] == below]
        return [self._by_key[at] for at in sorted(found, key=self._document.line)]

    def validated(
        self, model: type[Model], content: Mapping[str, Any], at: Key, extra: Iterable[str] = ()
    ) -> Model | None:
        """The content as `model`; None after mistakes. `extra`: names of further keys, for messages."""
        try:
            return model.model_validate(content, context={"folder": self._document.path.parent})
        except ValidationError as error:
            problems: dict[Key, list[str]] = {}
            for each in error.errors(include_url=False, include_input=False):
                key = self._key(at, each)
                problems.setdefault(key, []).append(_problem(each, key[-1] if key else "", model, extra))
            for key, found in problems.items():
                self.note(key, _of_either(found))
            return None

    def _key(self, at: Key, error: ErrorDetails) -> Key:
        """The key of an error. Its `loc` can also have names of the members of a union, which are not keys."""
        for part in map(str, error["loc"]):
            if self._document.has((*at, part)) or error["type"] == "missing":
                at = (*at, part)
        return at


def unknown_key(name: str, known: Iterable[str]) -> str:
    """What is wrong with a key that does not exist."""
    known = sorted(known)
    return f"unknown key; expected one of {', '.join(known)}{did_you_mean(name, known)}"


def _problem(error: ErrorDetails, name: str, model: type[BaseModel], extra: Iterable[str]) -> str:
    if error["type"] == "extra_forbidden":
        inner = _model_at(model, error["loc"][:-1])
        return unknown_key(name, {*inner.model_fields, *(extra if inner is model else ())})
    if error["type"] == "missing":
        return "is missing"
    return in_our_words(error["msg"])


def in_our_words(message: str) -> str:
    """A message of pydantic, as this program says it."""
    message = message.removeprefix("Value error, ")
    for theirs, ours in _WORDS.items():
        message = message.replace(theirs, ours)
    return message


_WORDS = {
    "Input should be": "expected",
    "String should have": "expected",
    "a valid string": "text",
    "a valid integer, unable to parse string as an integer": "a whole number",
    "a valid number, unable to parse string as a number": "a number",
    "a valid boolean, unable to interpret input": "true or false",
    "expected a valid boolean": "expected true or false",
    "greater than or equal to": "a number of at least",
    "less than or equal to": "a number of at most",
    "a valid dictionary": "a valid dictionary: keys with values",
    "a valid frozenset": "a list, such as [artist]",
    "a valid tuple": "a list, such as [a, b]",
    "Input is not a valid path for <class 'pathlib.Path'>": "expected a path",
}
"""Ours for those of pydantic, in this order."""


def _of_either(problems: Sequence[str]) -> str:
    """Of the members of a union, each has its own; one that says what it expects goes with the others."""
    first, *rest = problems
    others = [each.removeprefix("expected ") for each in rest if each.startswith("expected ")]
    return " or ".join(dict.fromkeys((first, *others))) if first.startswith("expected ") else first


def _model_at(model: type[BaseModel], loc: Sequence[int | str]) -> type[BaseModel]:
    """The model of a value inside: of one frame among `frames`."""
    if loc and (field := model.model_fields.get(str(loc[0]))) is not None:
        inner = next(models_in(field.annotation), None)
        return _model_at(inner, loc[1:]) if inner is not None else model
    return model


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """The models in the type of a field: `FrameSettings` in `dict[str, FrameSettings]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from models_in(each)
