"""The dialogs: each owns its workers and its connection."""
