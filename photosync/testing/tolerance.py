"""What a simulator lets pass, although its notes on the service do not say whether the service does.

Other programs send more forms of a request than ours, and the services took them. A simulator serves them and counts
them. Where a test must show that our client keeps to the documented form, the simulator is strict and refuses them.
"""

from __future__ import annotations

import os
from collections import Counter

STRICT_VARIABLE = "PHOTOSYNC_STRICT_SIMULATORS"
"""The environment variable that makes simulators strict unless they are told otherwise: 1."""


class Tolerance:
    """Decides about undocumented forms of requests, and counts those that were served."""

    def __init__(self, *, strict: bool | None) -> None:
        """None: as the environment says, which is tolerant if it says nothing."""
        self.is_strict = os.environ.get(STRICT_VARIABLE) == "1" if strict is None else strict
        self.counts: Counter[str] = Counter()
        """The requests that were served in spite of their form, by what was unusual."""

    def serves(self, form: str) -> bool:
        """Whether a request of this form is served."""
        if self.is_strict:
            return False
        self.counts[form] += 1
        return True
