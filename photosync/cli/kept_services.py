"""The simulated services that `photosync demo --keep` leaves running: started, found and stopped.

They are one process, which serves as long as its file is there: see `photosync.testing.kept`.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from photosync.errors import TemporaryError, UsageError
from photosync.user_folders import state_folder

PREFIX = "demo-"
"""Of the accounts' names: a real account must not share its stored sign-in with a simulated one."""
_HEADING = "# For the services that `photosync demo --keep` leaves running, which writes this file."
_STOPS_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class KeptService:
    """One of the running services."""

    provider: str
    url: str
    items: int
    settings: Mapping[str, object]
    """Those of a signed-in account, as in a configuration."""

    @property
    def account(self) -> str:
        """The name of an account there."""
        return f"{PREFIX}{self.provider}"


def folder() -> Path:
    """Their files, and the configuration for them."""
    return state_folder() / "demo"


def configuration() -> Path:
    """The configuration for them."""
    return folder() / "config.yaml"


def running() -> Sequence[KeptService]:
    """The services that run now; none if they do not."""
    if not _is_locked():
        return ()
    try:
        content = json.loads((folder() / "services.json").read_bytes())
        return [KeptService(**each) for each in content["services"]]
    except (OSError, ValueError, TypeError, KeyError):
        return ()


def start(seed: int) -> Sequence[KeptService]:
    """Start the services. Raises `UsageError` without the simulators' package."""
    check_simulators()
    log = folder() / "services.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "photosync.testing.kept", str(folder()), str(seed)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,  # the end of this terminal is not theirs
        )
    assert process.stdout is not None
    with process.stdout as said:
        is_ready = bool(said.readline())
    found = running() if is_ready else ()
    if not found:
        raise TemporaryError(f"the simulated services did not start; {log} says why")
    return found


def write_configuration(services: Sequence[KeptService], library: Path) -> None:
    """Make the configuration for them."""
    import yaml

    from photosync import private_files

    accounts = {each.account: each.settings for each in services}
    content = yaml.safe_dump({"library": str(library), "accounts": accounts}, sort_keys=False, allow_unicode=True)
    private_files.write(configuration(), f"{_HEADING}\n{content}".encode())


def stop() -> bool:
    """End them; returns whether they ran."""
    from filelock import Timeout

    from photosync.file_systems import Lock

    was_running = _is_locked()
    (folder() / "services.json").unlink(missing_ok=True)
    if was_running:
        try:
            with Lock(folder() / "lock", timeout_s=_STOPS_WITHIN_S, mode=0o600).held():
                pass
        except Timeout as error:
            raise TemporaryError(f"the simulated services have not ended in {_STOPS_WITHIN_S:.0f} s") from error
    return was_running


def check_simulators() -> None:
    """Raise `UsageError` without the package that only simulators need."""
    if importlib.util.find_spec("aiohttp") is None:
        raise UsageError(
            "the simulated services need a package that is not installed: aiohttp. Install it with: "
            "pip install 'photosync-cli[demo]' (with pipx: pipx inject photosync-cli aiohttp)"
        )


def _is_locked() -> bool:
    from filelock import Timeout

    from photosync.file_systems import Lock

    path = folder() / "lock"
    if not path.exists():
        return False
    try:
        with Lock(path, timeout_s=0, mode=0o600).held():
            return False
    except Timeout:
        return True
