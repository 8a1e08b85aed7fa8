"""How Sphinx builds these pages into a site: `make docs`."""

project = "photosync"
author = "The photosync authors"
copyright = "the photosync authors"  # noqa: A001  (Sphinx' name)
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
html_theme = "furo"
html_title = "photosync"
html_show_sourcelink = False
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
