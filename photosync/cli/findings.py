"""Shows findings, for people or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photosync.cli.options import GeneralOptions
from photosync.cli.output import FILE_LOG, print_json, print_line

if TYPE_CHECKING:
    from photosync.jobs.findings import Finding


def print_finding(general: GeneralOptions, finding: Finding) -> None:
    """A line, or an object. With `-q`, people see damage only."""
    where = finding.path or finding.id
    line = f"{finding.finding.value:9}  {where}: {finding.error}"
    FILE_LOG.info("%s", line)
    if general.json:
        print_json(finding.as_json())
    elif finding.finding.is_damage or not general.quiet:
        print_line(line)
