"""The names of the cookies that a session with Amazon Photos consists of.

Facts: protocol notes on Amazon Photos, section 2.
"""

from __future__ import annotations

import re

_WANTED = re.compile(r"(session[-_]id([-_]time)?|session[-_]token|(ubid|at|x|sess[-_]at|sst)[-_](main|acb[a-z]+))")


def is_wanted(name: str) -> bool:
    """Whether a session has a cookie of this name, in either spelling: `ubid-main`, `ubid_main`."""
    return _WANTED.fullmatch(name) is not None
