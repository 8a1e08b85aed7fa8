"""Google Photos: the provider `google`, where a person picks items and the program downloads them."""
