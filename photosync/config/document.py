"""A configuration file as YAML: its values, and the line of each."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import yaml

from photosync.errors import ConfigError

Key = tuple[str, ...]
"""A path of names from the top of the file."""
_MAX_BYTES = 1_000_000
_MAX_VALUES = 20_000
"""All aliases (`*name`) are followed for this count: a few lines of them can mean billions of values."""


def read_text(path: Path) -> str:
    """The content of a configuration file. Raises `ConfigError`."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        text = content.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            f"there is no configuration at {path}. Make one with: photosync init. Or name another file with --config."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} cannot be read: {error}. Save it as UTF-8 text.") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error}. Name the configuration's file with --config.") from error
    if len(content) > _MAX_BYTES:
        raise ConfigError(f"{path} is no configuration: it has more than {_MAX_BYTES} bytes")
    if _is_ini(text):
        raise ConfigError(
            f"{path} is an INI file, as the older script for Aura has, and no YAML. Make a configuration of it with: "
            f"photosync init --from {shlex.quote(str(path))}"
        )
    return text


def _is_ini(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and line[0] not in "#;"), "")
    return first[:1] == "[" and first[-1:] == "]"


class Document:
    """The values of a file, and the line of each."""

    def __init__(self, path: Path, text: str) -> None:
        """Raises `ConfigError` if this is no YAML."""
        self.path = path
        self._lines: dict[Key, int] = {}
        self._values = 0
        self.repeated: list[Key] = []
        """The keys that stand there more than once."""
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            self.content: Any = self._value(node, ()) if node else {}
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise ConfigError(f"{path}:{line}: this is no YAML: {error.problem}. {_yaml_advice(error)}") from error
        except yaml.YAMLError as error:
            raise ConfigError(f"{path}: this is no YAML: {error}") from error
        except RecursionError:
            raise ConfigError(f"{path}: this is no configuration: it is nested too deeply") from None

    def _value(self, node: yaml.Node, at: Key) -> Any:
        """The content; all scalars are text, because the field's type decides what `off`, `no` and `012` mean."""
        self._lines.setdefault(at, node.start_mark.line + 1)
        self._values += 1
        if self._values > _MAX_VALUES:
            raise ConfigError(
                self.sentence((), f"has more than {_MAX_VALUES} values, with all aliases (*name) followed")
            )
        if isinstance(node, yaml.SequenceNode):
            return [self._value(each, (*at, str(index))) for index, each in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            return None if node.tag == "tag:yaml.org,2002:null" else node.value
        content: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            self._lines[*at, name] = key.start_mark.line + 1
            if name in content:
                self.repeated.append((*at, name))
            content[name] = self._value(value, (*at, name))
        return content

    def has(self, at: Key) -> bool:
        """Whether the key is in the file."""
        return at in self._lines

    def line(self, at: Key) -> int:
        """The line of a key, or of the one around it that is in the file."""
        return self._lines[next(at[:length] for length in range(len(at), -1, -1) if self.has(at[:length]))]

    def sentence(self, at: Key, problem: str) -> str:
        """`config.yaml:3: accounts.amazon.cookeis: unknown key`."""
        return f"{self.path}:{self.line(at)}: {'.'.join(at) or 'the file'}: {problem}"


def _yaml_advice(error: yaml.MarkedYAMLError) -> str:
    if "\\t" in str(error.problem):
        return "Indent with spaces, not with tabs"
    return "Check the indentation and the brackets, and quote a value that has ':', '#', '@' or '%' in it"
