"""What the commands are made of, for programs in Python: `import photosync`. The commands use it as well.

`docs/python.md` is its documentation. Only what is imported by name is loaded.
"""
