"""Google Photos: the provider `google`, where a person picks and the program brings."""
