"""The command line: parses, calls one job, shows its result. Nothing calls it.

`--help` must be quick, so everything heavy is imported inside the commands.
"""


def main() -> None:
    """The command `photosync`."""
    from photosync.cli.app import app

    app()
