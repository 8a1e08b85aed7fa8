"""Replaces what `verify` found damaged or missing, from the library itself, from other folders, from the accounts."""
