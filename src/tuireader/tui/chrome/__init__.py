"""What stands around lists and pages: bars, prompts, the sidebar."""
