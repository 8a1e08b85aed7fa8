"""Reads the configuration: YAML to validated settings. A mistake is told with its file, line and key, and all at once.

A mistake in the section of an account stops this account alone; any other stops all that needs the configuration.
"""

from photosync.config.configuration import AccountConfig, Config
from photosync.config.options import Defaults
from photosync.config.reading import load, parsed

__all__ = ["AccountConfig", "Config", "Defaults", "load", "parsed"]
