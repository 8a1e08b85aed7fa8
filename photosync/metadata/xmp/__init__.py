"""XMP and IPTC: read, and written to sidecars."""
