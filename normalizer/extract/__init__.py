"""Extractors: each turns one block into one reading."""
