"""What is no part of the files is wrong usage, at once."""

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox


@pytest.mark.parametrize("part", ["", "0%", "-1%", "101%", "nan", "1/0", "1e999999999%", "5 files", "1%%", "٣%"])
def test_a_sample_that_cannot_be(sandbox: Sandbox, part: str) -> None:
    result = sandbox.run("verify", f"--sample={part}")
    assert result.exit == Exit.USAGE, result
    assert "--sample: " in result.stderr
