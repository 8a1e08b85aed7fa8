"""photosync brings a person's photos and videos from several services to their own disk, and keeps doing so.

For programs in Python: `photosync.open()`. `docs/python.md` has the rest. What is used is loaded then, so that the
command starts quickly; `__init__.pyi` has the types.
"""

from importlib import import_module

__version__ = "0.1.0"

_MODULES = {
    "open": "photosync.api.photosync",
    "Photosync": "photosync.api.photosync",
    "PhotosyncAccount": "photosync.api.account",
    "Items": "photosync.api.items",
    "Person": "photosync.api.person",
    "doctor": "photosync.api.doctor",
    "providers": "photosync.api.providers",
    "ItemRecord": "photosync.jobs.item_record",
    "Progress": "photosync.api.progress",
}
"""The public names, and where they are."""


def __getattr__(name: str) -> object:
    if name == "errors":
        return import_module("photosync.errors")
    if name not in _MODULES:
        raise AttributeError(f"module 'photosync' has no attribute '{name}'")
    return getattr(import_module(_MODULES[name]), name)
