"""Shows a finding of `audit` or `verify`, for people or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photosync.cli.options import GeneralOptions
from photosync.cli.output import FILE_LOG, print_json, print_line

if TYPE_CHECKING:
    from photosync.jobs.findings import Finding


def print_finding(general: GeneralOptions, finding: Finding) -> None:
    """A line, or an object, on standard output. With `-q`, only what is wrong."""
    FILE_LOG.info("%s: %s: %s", finding.finding.value, finding.path or finding.id, finding.error)
    if general.json:
        print_json(finding.as_json())
    elif finding.finding.is_damage or not general.quiet:
        repaired = f"; repaired from {finding.repaired_from}" if finding.repaired_from else ""
        print_line(f"{finding.finding.value:9}  {finding.path or finding.id}: {finding.error}{repaired}")
