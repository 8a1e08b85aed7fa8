"""Measures speed and memory, and compares them with the goals.

    python -m benchmarks [NAME …] [--quick] [--peers] [--json FILE] [--keep] [--markdown]

Everything runs against simulated services in processes of their own. A row is `invalid`, and the exit status 1, if the
service itself was what limited it. Machines differ and are busy: compare figures of one run with each other.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks import (
    accounts,
    competition,
    copying,
    exporting,
    faults,
    fixing,
    growth,
    large_video,
    limits,
    listings,
    peer,
    plot,
    starting,
    uploading,
    verifying,
)
from benchmarks.results import FOLDER, Results, kept
from benchmarks.rows import Row, markdown_table, text_table
from benchmarks.service import BenchmarkError
from benchmarks.setting import Setting

BENCHMARKS: dict[str, Callable[[Setting], Iterator[Row]]] = {
    "pull-50ms": partial(competition.measure, latency_ms=50, most_times_curl=1.5),
    "pull-0ms": partial(competition.measure, latency_ms=0, most_times_curl=4),
    "rate": limits.rate,
    "failures": limits.failures,
    "line": limits.line,
    "listing": listings.measure,
    "large": large_video.measure,
    "growth": growth.measure,
    "verify": verifying.measure,
    "start": starting.measure,
    "faults": faults.measure,
    "push": uploading.measure,
    "fix": fixing.measure,
    "export": exporting.measure,
    "accounts": accounts.measure,
    "copy": copying.to_store,
    "copy-large": copying.large,
    "copy-folder": copying.to_folder,
    "copy-again": copying.again,
    "copy-back": copying.back,
}


def main() -> int:
    """Measure, and show the table."""
    options = _options()
    if options.show:
        print(_table(Results.read(options.show), markdown=options.markdown))
        return 0
    setting = Setting(
        quick=options.quick,
        rounds=options.rounds or (1 if options.quick else 3),
        peer=peer.install() if options.peers else None,
        busy_s=options.busy_service,
        only_items=options.items,
    )
    failed: list[str] = []
    rows = list(_rows(setting, options.names or list(BENCHMARKS), failed))
    results = Results.now(rows, quick=options.quick)
    print(_table(results, markdown=options.markdown))
    if options.json:
        options.json.write_text(results.as_json(), encoding="utf-8")
    if options.keep:
        print(f"Kept: {results.keep(options.keep)}")
        (options.keep / "plot.svg").write_text(plot.draw(kept(options.keep)), encoding="utf-8")
    return _exit(rows, failed)


def _exit(rows: Sequence[Row], failed: Sequence[str]) -> int:
    """The exit status. Goals that were missed are in the table only."""
    invalid = [row.name for row in rows if row.problem]
    if invalid:
        print(f"\nNOT VALID: the simulated service was the limit, not photosync: {', '.join(invalid)}", file=sys.stderr)
    for text in failed:
        print(f"\nFAILED: {text}", file=sys.stderr)
    return 1 if invalid or failed else 0


def _rows(setting: Setting, names: Sequence[str], failed: list[str]) -> Iterator[Row]:
    for name in names:
        began = time.monotonic()
        setting.tell(f"{name} …")
        try:
            yield from BENCHMARKS[name](setting)
        except BenchmarkError as error:
            failed.append(f"{name}: {error}")
        setting.tell(f"{name}: {time.monotonic() - began:.0f} s in all")


def _table(results: Results, *, markdown: bool) -> str:
    machine = ", ".join(f"{name} {value}" for name, value in results.machine.items())
    quick = "; smaller sizes than those of the goals" if results.quick else ""
    table = markdown_table(results.rows) if markdown else text_table(results.rows)
    return f"{results.date:%Y-%m-%d}, commit {results.commit}; {machine}{quick}\n\n{table}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures speed and memory.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all, or of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: shows that everything runs")
    parser.add_argument("--rounds", type=int, help="how often what is compared is measured, in turns")
    parser.add_argument("--items", type=int, help="how many items there are, in place of the usual numbers")
    parser.add_argument("--peers", action="store_true", help="install amazon-photos and measure it too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there")
    parser.add_argument(
        "--keep", nargs="?", type=Path, const=FOLDER, metavar="FOLDER", help="keep them there, and draw the plot again"
    )
    parser.add_argument("--markdown", action="store_true", help="print the table as in docs/performance.md")
    parser.add_argument("--show", type=Path, metavar="FILE", help="measure nothing: print results that were kept")
    parser.add_argument(
        "--busy-service", type=float, default=0.0, metavar="S", help="try the check of the service: it works this long"
    )
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
