"""One module per verb. Jobs print nothing and parse no arguments; they report events to a `Reporter`."""
