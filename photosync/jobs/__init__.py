"""One module a verb. Jobs print nothing and parse nothing; they tell a `Reporter` what happens."""
