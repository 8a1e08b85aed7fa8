"""Converts the `credentials.ini` of the older script to an account of this program.

Facts: protocol notes on Aura, section 9. It is INI without interpolation, so `%` and `$` mean themselves: `[login]` has
`email` and `password`, each other section is a frame with `frame_id` and `file_path`.
"""

from __future__ import annotations

import configparser
import json
import shlex
from collections.abc import Iterator
from pathlib import Path

from photosync.provider import ConvertedAccount
from photosync_aura.settings import AuraSettings

_ACCOUNT = "aura"
_VARIABLE = "AURA_PASSWORD"
_LOGIN, _FRAME_ID, _FOLDER = "login", "frame_id", "file_path"


def converted(text: str, path: Path) -> ConvertedAccount | None:
    """The account; None if the file has no `[login]` with an e-mail. Raises `ValueError`: the end of a sentence."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None  # its message may quote the password
    if not parser.has_option(_LOGIN, "email"):
        return None
    email, password = (parser.get(_LOGIN, key, fallback="").strip() for key in ("email", "password"))
    if not email or not password:
        raise ValueError(f"has no {'email' if not email else 'password'} in [{_LOGIN}]")
    frames = {name: section for name, section in parser.items() if name not in (_LOGIN, parser.default_section)}
    known: dict[str, str] = {}
    lines = [f"{_ACCOUNT}:", f"  email: {_quoted(email)}", *_password(password)]
    frame_lines: list[str] = []
    for name, section in frames.items():
        frame_lines += _frame(name, dict(section), path, known)
    if known:
        lines += ["  frames:  # without them: all frames of the account", *(f"    {line}" for line in frame_lines)]
    else:
        lines += [f"  {line}" for line in frame_lines]
    AuraSettings.model_validate({"email": email, "frames": {name: id_ for id_, name in known.items()}})
    frame = next(iter(known.values()), "")
    next_step = f"photosync pull {_ACCOUNT} {shlex.quote(frame) if frame else ''} --count".replace("  --", " --")
    return ConvertedAccount(_ACCOUNT, "\n".join(lines), next_step)


def _password(password: str) -> Iterator[str]:
    if password.startswith("keyring:") or "${" in password:
        # Such a text would be taken for a reference. The environment has it as it is.
        yield f"  password: ${{{_VARIABLE}}}  # has characters with a meaning here: set this variable to the password"
    else:
        yield f"  password: {_quoted(password)}  # or ${{{_VARIABLE}}}: a variable of the environment; keyring:NAME"


def _frame(name: str, section: dict[str, str], path: Path, known: dict[str, str]) -> Iterator[str]:
    frame_id, folder = (section.get(key, "").strip() for key in (_FRAME_ID, _FOLDER))
    if not frame_id:
        yield f"# [{name}] has no {_FRAME_ID}, and is left out"
    elif frame_id in known:
        yield f"# [{name}] is the frame of [{known[frame_id]}] again, and is left out"
    elif not folder:
        known[frame_id] = name
        yield f"{_quoted(name)}: {_quoted(frame_id)}"
    else:
        known[frame_id] = name
        is_whole = folder.startswith("~") or Path(folder).is_absolute()
        whole = folder if is_whole else str(path.absolute().parent / folder)
        yield f"{_quoted(name)}:"
        yield f"  id: {_quoted(frame_id)}"
        hint = "" if is_whole else f"  # {_quoted(folder)} before: correct it if the script ran in another folder"
        yield f"  path: {_quoted(whole)}{hint}"


def _quoted(text: str) -> str:
    """As a text of YAML, whatever it has: a text of JSON is one, but for the characters that JSON writes in halves."""
    letters = json.dumps(text, ensure_ascii=False)
    return "".join(each if each.isprintable() else f"\\U{ord(each):08x}" for each in letters)
