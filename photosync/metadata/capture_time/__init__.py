"""Chooses the capture time of a file from the data of the file, the provider and the name."""
