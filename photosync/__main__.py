"""`python -m photosync` is the command `photosync`."""

from photosync.cli import main

main()
