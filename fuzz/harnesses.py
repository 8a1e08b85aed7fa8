"""All harnesses, by name, and their modules."""

from __future__ import annotations

from fuzz import answers, library_files, media_files, pages, settings_files, texts
from fuzz.harness import Harness

_BY_MODULE = {
    "media_files": media_files.HARNESSES,
    "library_files": library_files.HARNESSES,
    "settings_files": settings_files.HARNESSES,
    "texts": texts.HARNESSES,
    "answers": answers.HARNESSES,
    "pages": pages.HARNESSES,
}
HARNESSES: dict[str, Harness] = {each.name: each for harnesses in _BY_MODULE.values() for each in harnesses}
MODULES: dict[str, str] = {each.name: name for name, harnesses in _BY_MODULE.items() for each in harnesses}
