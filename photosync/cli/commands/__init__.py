"""One file per command, named after it: its options, the job that it calls, and how the result is shown."""
