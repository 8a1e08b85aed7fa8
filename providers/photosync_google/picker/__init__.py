"""Picking: sessions in which a person picks, and their items."""
