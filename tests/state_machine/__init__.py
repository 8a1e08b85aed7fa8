"""A user, a service and a library that change in any order, compared with a model in plain dictionaries."""
