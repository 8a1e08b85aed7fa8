"""Picking: sessions in which a person picks, and the items that were picked in them."""
