"""For all tests, before anything of ours is imported: waits are over ten times as fast, and simulators are strict, here
and in the processes that tests start. At the end, the figures that docs/promises.md quotes."""

import os
from collections import Counter, defaultdict

import pytest

os.environ.setdefault("PHOTOSYNC_CLOCK_SPEED", "10")
os.environ.setdefault("PHOTOSYNC_STRICT_SIMULATORS", "1")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures. A test adds to one of them with `record_property("GROUP: WHAT", NUMBER)`."""
    figures: defaultdict[str, Counter[str]] = defaultdict(Counter)
    failed: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            numbers = [(*name.split(": "), number) for name, number in report.user_properties]
            for group, what, number in numbers:
                figures[group][what] += number
            failed.update({group for group, *_ in numbers} if outcome == "failed" else ())
    for group, counts in figures.items():
        words = [f"{number:,} {what}" for what, number in counts.items()]
        terminalreporter.write_line(f"{group}: {', '.join(words)}, {failed[group]} exceptions")
