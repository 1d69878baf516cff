"""The screen: Textual widgets that show what the library and the store know."""
