"""The first configuration: asked for (`asking`) or answered in a file (`answers`), tried, and written."""
