"""File formats, read only: content sniffing, JPEG segments, PNG and RIFF chunks, ISO BMFF boxes, HEIF items, TIFF."""
