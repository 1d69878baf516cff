"""Backfill: fetching everything that a site has published."""
