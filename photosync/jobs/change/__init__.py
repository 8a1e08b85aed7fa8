"""Changes something at a service, on the user's request: in batches, with a journal, and only what may be changed."""
