"""XMP: read from files and sidecars, and written to sidecars."""
