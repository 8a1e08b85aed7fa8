"""Fuzzing: inputs that nobody wrote, for everything that reads what a service, a file or a user sent.

    python -m fuzz [HARNESS…] [--seconds N]

A harness has seeds (small valid inputs of our own making) and a check, which raises for an input that breaks one of its
properties. atheris changes the seeds for as long as it is told to; `tests/test_fuzz.py` runs a few changes of each
without it.
"""
