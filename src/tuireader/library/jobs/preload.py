"""What processes load before their first job, by name: who starts them need not load it for that."""

TO_REFRESH = (
    "tuireader.feeds.parse",
    "tuireader.library.refreshing.compare",
    "tuireader.library.refreshing.match_entries",
    "tuireader.library.refreshing.ingest",
)
"""What taking in a feed needs, the first time that there is something in it: most refreshes bring nothing."""
TO_ADD = (*TO_REFRESH, "tuireader.library.subscribing.take_in")
"""What taking in a feed needs that is new."""
