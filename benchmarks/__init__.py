"""The measurements of `make bench`: numbers without a limit that must be met."""
