"""photosync brings a person's photos and videos from several services to their own disk, and keeps doing so."""

__version__ = "0.1.0"
