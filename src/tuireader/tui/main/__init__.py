"""The screen with headlines, sidebar and article."""
