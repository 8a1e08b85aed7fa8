"""`audit`: compares a provider's complete listing with the catalog and the disk, item by item."""
