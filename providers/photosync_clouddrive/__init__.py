"""Amazon Cloud Drive: the provider `clouddrive`, signed in by OAuth."""
