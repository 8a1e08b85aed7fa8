"""A ZIP file for bug reports: what was found, without secrets, names of people, accounts or files, and photos.

Texts are cleaned by rules that remove too much rather than too little: a path, an address, what is quoted.
"""

from __future__ import annotations

import json
import os
import platform
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from itertools import islice
from pathlib import Path

from photosync.errors import DestinationError
from photosync.jobs.doctor.check import Check, Result
from photosync.library.disk_errors import disk_errors

_PATH = re.compile(r"(?:(?<=^)|(?<=[\s'\"(=]))(?:~|[A-Za-z]:)?[/\\][^'\"\n]*?(?=: |; |, |\. |['\")]|$)")
_KEY = re.compile(r"(?<=^PATH: )[^:]*: ")
_QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|\b[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\b|https?://\S+|\b[\w-]{20,}\b")
_LOG_LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) (?:\[\d+\] )?([A-Z]+) ([\w.]+): (.*)")
_ENDED = re.compile(r"(?:ends|ended) with exit \d+ \(\w+\)")
_FRAME = re.compile(r'\s*File "[^"]*?((?:photosync|providers)[\w/\\]*\.py)", line (\d+), in (\w+)')
_ERROR = re.compile(r"([\w.]+(?:Error|Exception|Interrupt|Timeout))\b")
_MOST_LINES = 20_000


def write_bundle(
    path: Path, checks: Sequence[Check], configuration: str, log: Path | None, accounts: Iterable[str]
) -> None:
    """Write the file, which only its owner can read. Raises `DestinationError`."""
    numbers = {name: f"account {number}" for number, name in enumerate(accounts, start=1)}
    with disk_errors(path):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise DestinationError(f"{path} exists, and is not replaced. Name another file.") from error
        with open(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:  # noqa: PTH123
            bundle.writestr("versions.json", json.dumps(_versions(), indent=1))
            bundle.writestr("checks.jsonl", "".join(f"{json.dumps(_cleaned(each, numbers))}\n" for each in checks))
            bundle.writestr("configuration.txt", configuration)
            bundle.writestr("log.txt", "".join(f"{line}\n" for line in _log_structure(log)))


def _versions() -> dict[str, object]:
    own = _distribution("photosync-cli")
    required = own.requires or [] if own else []
    names = sorted({re.split(r"[^\w.-]", each, maxsplit=1)[0] for each in required} - {"photosync-cli"})
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "photosync": own.version if own else None,
        "packages": {name: found.version for name in names if (found := _distribution(name))},
    }


def _distribution(name: str) -> metadata.Distribution | None:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


def _cleaned(check: Check, numbers: Mapping[str, str]) -> dict[str, object]:
    account = numbers.get(check.account or "", None if check.account is None else "an account")
    text, advice = clean(check.text, numbers), clean(check.advice, numbers)
    if check.name == "configuration" and check.result is not Result.OK:
        text = _KEY.sub("KEY: ", text)  # one that is unknown may be anything
    return {**check.as_json(), "account": account, "text": text, "advice": advice or None}


def clean(text: str, numbers: Mapping[str, str]) -> str:
    """`text` without paths, addresses, what is quoted, and the names of accounts."""
    for pattern, replacement in ((_PATH, "PATH"), (_QUOTED, "'…'"), (_ADDRESS, "…")):
        text = pattern.sub(replacement, text)
    for name in sorted(numbers, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", numbers[name], text)
    return text


def _log_structure(log: Path | None) -> Iterator[str]:
    """When something was said, by which part, at which level; errors and where in the program they were raised."""
    if log is None or not log.is_file():
        return
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in islice(lines, _MOST_LINES):
            if match := _LOG_LINE.match(line):
                at, level, part, message = match.groups()
                ended = _ENDED.search(message)
                yield f"{at} {level} {part}: {ended[0] if ended else f'({len(message)} characters)'}"
            elif match := _FRAME.match(line):
                yield f"  {match[1]}:{match[2]} {match[3]}"
            elif (match := _ERROR.match(line)) and not line.startswith(" "):
                yield f"  {match[1]}"
