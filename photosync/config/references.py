"""References to secrets: `${NAME}` is a variable of the environment, `keyring:NAME` an entry of the system's keyring.

They are looked up only when an account is opened, so that a missing secret stops no other account.
"""

from __future__ import annotations

import os
import re

_REFERENCE = re.compile(r"\$\{(\w+)\}")
_ALMOST = re.compile(r"\$\{[^}]*\}?")
_SHELL = re.compile(r"\$(\w+)")
"""As shells write it; here it is a text like any other."""
_KEYRING = "keyring:"


def is_reference(text: object) -> bool:
    """Whether the value is no secret itself; only a text can be one."""
    return not isinstance(text, str) or text.startswith(_KEYRING) or has_variable(text)


def has_variable(text: str) -> bool:
    """Whether a part of the text comes from the environment."""
    return _REFERENCE.search(text) is not None


def look_up(text: str) -> str:
    """The value of a reference; any other text as it is. Raises `LookupError` with a message for the user."""
    if text.startswith(_KEYRING):
        return _from_keyring(text.removeprefix(_KEYRING))
    if (match := _ALMOST.search(text)) and not _REFERENCE.fullmatch(match[0]):
        raise LookupError("has '${…}' with something else than a name; a name has letters, digits and '_': ${NAME}")
    if (name := _SHELL.fullmatch(text)) and name[1] in os.environ:
        raise LookupError(f"write ${{{name[1]}}}, in braces, to take it from the environment")
    for name in _REFERENCE.findall(text):
        if name not in os.environ:
            raise LookupError(f"the environment has no variable {name}; set it, or write the value here")
    return _REFERENCE.sub(lambda match: os.environ[match[1]], text)


def _from_keyring(name: str) -> str:
    import keyring  # noqa: PLC0415 - slow to load, and rarely needed
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        secret = keyring.get_password("photosync", name)
    except KeyringError as error:
        raise LookupError(f"the system's keyring cannot be asked for '{name}': {error}") from error
    if secret is None:
        raise LookupError(f"the keyring has no '{name}'; store it with: keyring set photosync {name}")
    return secret
