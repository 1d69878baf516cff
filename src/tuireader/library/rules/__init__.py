"""Automatic actions on articles: rules and pruning."""
