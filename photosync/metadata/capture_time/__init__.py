"""Choosing the capture time of a file from what the file, the provider and the name say."""
