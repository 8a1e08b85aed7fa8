"""Uploading: bytes up, items out of them, albums around them."""
