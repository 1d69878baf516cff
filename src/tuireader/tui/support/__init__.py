"""Small independent parts shared by the widgets."""
