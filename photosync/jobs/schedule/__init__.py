"""Runs of the program at set times: lines of a crontab, or timers of systemd for this user."""
