"""The provider `example`."""
