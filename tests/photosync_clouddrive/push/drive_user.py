"""A user with a drive and a folder of photos, and the drive's files from other programs."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from photosync.testing.command import Result, Sandbox
from photosync.testing.library import foreign_photos
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.drive import ROOT

FOLDER = "POST /drive/v1/nodes"
UPLOAD = "POST /cdproxy/nodes"
TRASH = "PUT /drive/v1/trash/{id}"
_PHOTOS = foreign_photos()


def photo() -> bytes:
    """Another one each time."""
    return next(_PHOTOS)


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


@dataclass(frozen=True)
class DriveUser:
    """A user with a drive and a folder of photos."""

    simulator: CloudDriveSimulator
    sandbox: Sandbox

    @property
    def photos(self) -> Path:
        return self.sandbox.folder / "Holiday"

    def configure(self, **settings: object) -> None:
        self.sandbox.configure({"drive": {**self.simulator.account_settings(), **settings}}, retry_budget="50s")

    def lay(self, path: str, content: bytes | None = None) -> bytes:
        """Put a photo into the folder; its content."""
        content = photo() if content is None else content
        file = self.photos / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return content

    def push(self, *options: str) -> Result:
        result = self.sandbox.run("push", "drive", str(self.photos), *options)
        result.check_totals()
        return result

    def there(self) -> dict[str, str]:
        return self.simulator.tree()


def put_file(simulator: CloudDriveSimulator, name: str, content: bytes, parent: str = ROOT, **fields: object) -> str:
    """A file that another program uploaded."""
    properties = {"contentType": "image/jpeg", "size": len(content), "md5": md5(content)}
    node = {
        "id": f"{re.sub('[^A-Za-z0-9]', '-', name)[:8]:_<8}Foreign_AAAAAA",
        "kind": "FILE",
        "name": name,
        "status": "AVAILABLE",
    }
    return simulator.drive.put({**node, "parents": [parent], "contentProperties": properties, **fields})
