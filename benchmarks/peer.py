"""amazon-photos, the other program that downloads all photos of an account, in an environment of its own.

<https://pypi.org/project/amazon-photos/>. It is asked for as much as it can: asyncio and httpx with many connections.
Its time is that of the whole process, as for photosync: login, listing, downloads.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Measured, run
from benchmarks.other_programs import NotInstalledError, installed
from benchmarks.service import Service

VERSION = "0.0.97"
NAME = f"amazon-photos-{VERSION}"
REQUIREMENTS = (f"amazon-photos=={VERSION}", "pyarrow", "pandas<4", "httpx<1")
"""It writes its database with pyarrow and does not ask for it."""
_SCRIPT = Path(__file__).with_name("peer_script.py")


@dataclass(frozen=True, slots=True)
class Peer:
    """An installed amazon-photos."""

    python: Path

    def download(self, service: Service, folder: Path) -> Measured:
        """Download everything to `folder`/files. The last line of its output has `download_s`."""
        folder.mkdir(parents=True)
        variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "SSL_CERT_FILE": service.certificate}
        return run([str(self.python), str(_SCRIPT), service.url, json.dumps(_cookies(service))], folder, variables)


def _cookies(service: Service) -> dict[str, str]:
    """The cookies as it names them."""
    given = service.account["cookies"]
    assert isinstance(given, dict)
    return {name.replace("-main", "_main"): value for name, value in given.items()}


def install() -> Peer | None:
    """Install it, unless it is installed. Says why if it cannot be."""
    try:
        return Peer(installed(NAME, *REQUIREMENTS))
    except NotInstalledError as error:
        print(f"{NAME} cannot be installed, and is not measured: {error}", file=sys.stderr)
        return None
