"""The EXIF fixer on files that are on the disk already, its undo, and why a file is as it is."""
