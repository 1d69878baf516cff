"""The errors that a reader may meet: each message is a sentence that says what to do.

A message may hold text that came from the web; whoever shows it makes it printable first.
"""

from enum import Enum


class TuireaderError(Exception):
    """Something that the user can understand and act on; `str()` is the sentence."""


def unexpected(error: BaseException) -> str:
    return f"Unexpected error: {type(error).__name__}: {error}. This is a bug in tuireader."


class AddressError(TuireaderError):
    """The typed text is not an address that tuireader can open."""


class FetchFailure(Enum):
    """What kept a page from coming, as far as callers act on it."""

    OFFLINE = "offline"
    """There seems to be no network."""
    UNREACHED = "unreached"
    """No connection came about, or no answer in time: another scheme may be tried."""
    INSIDE = "inside"
    """The host is inside the user's own network, where the request may not lead."""
    STATUS = "status"
    """The server answered with an HTTP status that brings no page."""
    TOO_LARGE = "too large"
    """It sent more than is taken."""
    HELD = "held"
    """It was not asked for, because its server wants to be left alone for a while."""
    OTHER = "other"


class FetchError(TuireaderError):
    """The web did not give a page: no answer, refused, too large, too slow, an HTTP error."""

    def __init__(
        self,
        message: str,
        kind: FetchFailure = FetchFailure.OTHER,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        url: str = "",
    ) -> None:
        """Keep what callers act on.

        The HTTP `status`; the server's `retry_after` in seconds; the `url` that was asked for, after a redirect another
        than was given.
        """
        super().__init__(message)
        self.kind = FetchFailure.STATUS if status is not None else kind
        self.status = status
        self.retry_after = retry_after
        self.url = url

    @property
    def is_offline(self) -> bool:
        return self.kind is FetchFailure.OFFLINE

    @property
    def is_unreached(self) -> bool:
        return self.kind is FetchFailure.UNREACHED


class NotAskedError(FetchError):
    """A page was not asked for, out of politeness: its server wants to be left alone, or does not answer."""


class NotAFeedError(TuireaderError):
    """The page is not a feed that can be parsed."""


class NotAFeedListError(TuireaderError):
    """A file is no list of feeds that can be read."""


class NoFeedFoundError(TuireaderError):
    """No feed was found at an address."""

    def __init__(self, message: str, page: object = None) -> None:
        super().__init__(message)
        self.page = page


class NotFoundError(TuireaderError):
    """No feed or article matches, or more than one does."""


class QueryError(TuireaderError):
    """A search text has more words and names than can be searched for."""


class StoreError(TuireaderError):
    """The cache cannot be opened, read or written."""


class BusyError(StoreError):
    """Another process held the lock for too long; nothing was done."""


class DamagedError(StoreError):
    """The cache is damaged and must be repaired first."""


class ConfigError(TuireaderError):
    """The configuration file says something that cannot be used."""


class SyncError(TuireaderError):
    """An account cannot be kept in step: its server says something else than it should, or will not have us."""
