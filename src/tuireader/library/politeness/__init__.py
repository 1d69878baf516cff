"""Politeness towards sites: when to ask, how often, and when not to."""
