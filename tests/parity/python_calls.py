"""Whether a call that a document names exists: its names and its keywords, without running it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

import photosync
import photosync.api
from photosync.api.items import Items
from photosync.api.keywords import Selecting
from photosync.jobs.item_record import ItemRecord

_MODULES = [import_module(f"photosync.api.{each.name}") for each in iter_modules(photosync.api.__path__)]
_TYPES: Mapping[str, object] = {
    name: value for module in _MODULES for name, value in vars(module).items() if isinstance(value, type)
}
_ACCOUNTS = ("amazon", "drive", "aura", "google")
_ROOTS: Mapping[str, object] = {
    "photosync": photosync,
    "ps": photosync.Photosync,
    "items": Items,
    "item": ItemRecord,
    **dict.fromkeys(_ACCOUNTS, photosync.PhotosyncAccount),
}


def problem(code: str) -> str:
    """What is wrong with a line of Python; empty if all that it names exists."""
    try:
        tree = ast.parse(code)
        for each in ast.walk(tree):
            if isinstance(each, ast.Call | ast.Attribute):
                _found(each)
    except (SyntaxError, LookupError, AttributeError, TypeError) as error:
        return f"{code}: {type(error).__name__}: {error}"
    return ""


def _found(node: ast.expr) -> object:
    """The object, or the class of its value; None where that is not known."""
    if isinstance(node, ast.Name):
        return _ROOTS.get(node.id)
    if isinstance(node, ast.Attribute):
        return _attribute(_found(node.value), node.attr)
    if isinstance(node, ast.Call):
        return _called(_found(node.func), node)
    return None


def _attribute(owner: object, name: str) -> object:
    if owner is None:
        return None
    if isinstance(owner, type) and name in getattr(owner, "__dataclass_fields__", {}):
        return None
    value = inspect.getattr_static(owner, name) if isinstance(owner, type) else getattr(owner, name)
    return _type(value.fget.__annotations__["return"]) if isinstance(value, property) else value


def _called(function: object, call: ast.Call) -> object:
    if function is None or not callable(function):
        return None
    signature = inspect.signature(function)
    names = [each.arg for each in call.keywords if each.arg]
    takes_selection = any(each.kind is each.VAR_KEYWORD for each in signature.parameters.values())
    own = [name for name in names if not takes_selection or name in signature.parameters]
    for name in set(names) - set(own):
        if name not in Selecting.__annotations__:
            raise LookupError(f"there is no keyword {name}")
    given = [None] * (len(call.args) + ("self" in signature.parameters))
    signature.bind(*given, **dict.fromkeys(own))
    return _type(str(signature.return_annotation))


def _type(annotation: str) -> object:
    return _TYPES.get(annotation)
