"""One first pull from the benchmarks' service into an empty library, which is compared with the service after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contents import item_id
from benchmarks.measuring import Measured, check_files, photosync
from benchmarks.service import Floor, Service

_MOST_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull, and what the service saw of it."""

    run: Measured
    counts: Mapping[str, float]
    service_cpu_s: float


def pull(service: Service, folder: Path) -> Pull:
    """Pull everything with the default settings."""
    sandbox = service.sandbox(folder)
    before = service.counts["cpu_s"]
    service.forget()
    run = photosync(sandbox, "pull", "amazon", "-q", certificate=service.certificate)
    counts = service.counts
    check_files(sandbox.files(), service)
    return Pull(run, counts, counts["cpu_s"] - before)


def floor_of_pull(service: Service, items: int) -> Floor:
    """How fast the service can be asked for the redirects and contents of its items."""
    jobs = [f"/drive/v1/nodes/{item_id(number)}/contentRedirection /c/{number}" for number in range(items)]
    return service.floor(jobs, max(4, min(_MOST_CONNECTIONS, items // 8)))
