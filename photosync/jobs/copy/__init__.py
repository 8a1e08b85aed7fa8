"""Copies of the library: what they lack, whether they are right, and the way back."""
