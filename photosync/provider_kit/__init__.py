"""What authors of providers can use, and nothing in the core needs."""
