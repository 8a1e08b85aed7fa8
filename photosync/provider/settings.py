"""The base of every provider's settings, and types for their fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationInfo

from photosync.errors import ConfigError
from photosync.provider.set_up import Question, SetUp
from photosync.units import duration
from photosync.user_folders import expanded


def relative_to_config(value: object, info: ValidationInfo) -> object:
    """Convert a text of the configuration to a path; other values stay unchanged."""
    if not isinstance(value, str | Path):
        return value
    if not str(value).strip():
        raise ValueError("expected a path, and found an empty text; write one, or leave the key out")
    folder = (info.context or {}).get("folder", Path())
    try:
        return Path(folder, expanded(value))
    except ConfigError as error:
        raise ValueError(str(error)) from error


ConfigPath = Annotated[Path, BeforeValidator(relative_to_config)]
"""A path in the configuration: `~` is the home folder, and relative paths start at the configuration file."""


def copied_secret(text: str) -> str:
    """A client's id or secret without the blanks and line ends around it. Raises `ValueError` if it is not whole."""
    secret = text.strip()
    if secret.startswith("keyring:") or "${" in secret:  # checked again when the reference is looked up
        return secret
    if not (secret.isascii() and secret.isprintable()) or " " in secret or secret.endswith("..."):
        raise ValueError("has blanks or characters that it cannot have, or was shortened; was it copied completely?")
    return secret


SecretText = Annotated[str, AfterValidator(copied_secret)]
"""A client's id or secret, as a service shows it for copying. A password may have any characters, and is not one."""


Duration = Annotated[timedelta, BeforeValidator(duration)]
"""A time span in the configuration: `90`, `30s`, `1h30m`."""


class AccountSettings(BaseModel):
    """The base of every provider's settings: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    secret_keys: ClassVar[frozenset[str]] = frozenset()
    """The keys whose value is a secret, or the path of a file with secrets: others should not be able to read it."""

    endpoints: dict[str, str] = {}
    """Hosts to use in place of the service's own; `Provider.endpoint_names` are the keys."""

    @classmethod
    def set_up(cls) -> SetUp:
        """What `photosync init` asks; by default, the keys that are required."""
        required = [key for key, field in cls.model_fields.items() if field.is_required()]
        return SetUp([Question(key, key, is_secret=key in cls.secret_keys) for key in required])

    @property
    def collection_zones(self) -> Mapping[str, str]:
        """The IANA time zones of collections whose photos have another one than the account, by their names."""
        return {}
