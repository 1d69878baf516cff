"""The screen: Textual widgets on top of the library and the store."""
