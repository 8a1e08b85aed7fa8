"""One harness under atheris, in a process of its own, which libFuzzer ends.

python -m fuzz.target MODULE HARNESS [OPTIONS OF LIBFUZZER] CORPUS

Only that module of `fuzz` is imported, because it takes long to instrument everything.
"""

from __future__ import annotations

import importlib
import sys

import atheris

from fuzz.harness import Harness

_OURS = ("photosync", "photosync_amazon", "photosync_aura", "photosync_clouddrive", "photosync_google")


def main() -> None:
    """Never returns."""
    module, name = sys.argv.pop(1), sys.argv.pop(1)
    with atheris.instrument_imports(include=list(_OURS)):
        harnesses: list[Harness] = importlib.import_module(f"fuzz.{module}").HARNESSES
    (check,) = (each.check for each in harnesses if each.name == name)
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
