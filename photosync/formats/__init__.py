"""File formats, read only: content sniffing, ISO BMFF boxes, TIFF."""
