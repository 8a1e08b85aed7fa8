"""Exif blocks: read, changed in place, or built."""
