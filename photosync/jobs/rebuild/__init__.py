"""Makes the catalog anew: from its copy, from the files, and from the listings of the services."""
