"""Sync with accounts on servers, and between devices."""
