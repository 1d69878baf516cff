"""Repair of a damaged cache: diagnosis and recovery of readable rows."""
