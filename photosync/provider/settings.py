"""What the settings of every provider start from, and types for their fields."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo

from photosync.units import duration


def beside_config(value: object, info: ValidationInfo) -> object:
    """A text of the configuration as a path, for fields that may also be something else."""
    if not isinstance(value, str | Path):
        return value
    folder = (info.context or {}).get("folder", Path())
    return Path(folder, Path(value).expanduser())


ConfigPath = Annotated[Path, BeforeValidator(beside_config)]
"""A path in the configuration: `~` is the home folder, and a relative one starts at the configuration file."""


Duration = Annotated[timedelta, BeforeValidator(duration)]
"""A time span in the configuration: `90`, `30s`, `1h30m`."""


class AccountSettings(BaseModel):
    """What every provider's own settings start from: frozen, and a key that nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoints: dict[str, str] = {}
    """Hosts to use in place of the service's own; `Provider.endpoint_names` are the keys."""
