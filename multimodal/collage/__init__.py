"""Putting pictures of single things together."""
