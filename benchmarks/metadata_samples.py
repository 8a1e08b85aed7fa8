"""The fixer's results for a folder of photos: a table of outcomes per format. Writes only temporary files.

python -m benchmarks.metadata_samples ../shared/photos
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path

from photosync.metadata import FixResult, Given, Outcome, Settings, fix
from photosync.model import CaptureTime, GpsPosition, TimeMeaning

GIVEN = Given(
    taken=CaptureTime(datetime.fromisoformat("2021-07-06T18:22:01"), TimeMeaning.LOCAL),
    gps=GpsPosition(52.520008, 13.404954),
)
SETTINGS = {
    "dates alone": Settings(),
    "artist, copyright, position, no software": Settings(
        artist="Ada Lovelace", copyright="Ada Lovelace", write_gps=True, remove_software=True
    ),
}
OUTCOMES = ("fixed", "fixed and sidecar", "sidecar", "untouched", "refused")


def outcome(done: FixResult) -> str:
    if done.outcome is Outcome.FIXED and done.sidecar is not None:
        return "fixed and sidecar"
    return done.outcome.value


def table(paths: list[Path], settings: Settings, workspace: Path, *, verbose: bool) -> list[str]:
    counts: Counter[tuple[str, str]] = Counter()
    lines: list[str] = []
    for path in paths:
        done = fix(path, GIVEN, settings, workspace)
        if done.path != path:
            done.path.unlink()
        format_ = done.format.name if done.format else "unknown"
        counts[format_, outcome(done)] += 1
        if verbose:
            fields = ", ".join(change.field for change in done.changes)
            lines.append(f"- {path.name}: {outcome(done)}. {fields}{'; ' if fields else ''}{'; '.join(done.notes)}")
    formats = sorted({format_ for format_, _ in counts})
    rows = [[format_, *(str(counts[format_, each] or "") for each in OUTCOMES)] for format_ in formats]
    total = ["all", *(str(sum(counts[format_, each] for format_ in formats)) for each in OUTCOMES)]
    head = ["| format | " + " | ".join(OUTCOMES) + " |", "|---" * (len(OUTCOMES) + 1) + "|"]
    return [*head, *("| " + " | ".join(row) + " |" for row in (*rows, total)), "", *lines]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each file beside the table")
    options = parser.parse_args()
    paths = sorted(path for path in options.folder.rglob("*") if path.is_file() and path.suffix != ".md")
    with tempfile.TemporaryDirectory() as workspace:
        for title, settings in SETTINGS.items():
            print(f"### {title}\n")
            print("\n".join(table(paths, settings, Path(workspace), verbose=options.verbose)))


if __name__ == "__main__":
    main()
