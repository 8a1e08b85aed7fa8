"""Amazon Photos: the provider `amazon`, signed in by the cookies of a browser."""
