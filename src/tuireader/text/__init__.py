"""Text itself, apart from what it says: safe for a terminal, measured, compared. Pure."""
