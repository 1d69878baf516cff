"""Errors for the user: each message is a sentence that says what to do.

A message may contain text from the web; it must be made printable before display.
"""

from enum import Enum

UNEXPECTED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""Errors that the content of a page may provoke in a library."""


class TuireaderError(Exception):
    """An error that the user can understand and act on; `str()` is the sentence."""


def unexpected(error: BaseException) -> str:
    return f"Internal error ({type(error).__name__}: {error}). Please report this bug."


class AddressError(TuireaderError):
    """The typed text is not an address that tuireader can open."""


class FetchFailure(Enum):
    """Kinds of fetch failures that callers distinguish."""

    OFFLINE = "offline"
    UNREACHED = "unreached"
    """No connection, or no answer in time: another scheme may work."""
    INSIDE = "inside"
    """The host is in the user's private network, where this request must not lead."""
    STATUS = "status"
    """The server answered with an error status."""
    TOO_LARGE = "too large"
    """The answer exceeds the size limit."""
    HELD = "held"
    """Not requested, because the server asked to be left alone for a while."""
    OTHER = "other"


_BUSY, _SERVER_ERROR = frozenset({408, 425, 429}), 500


class FetchError(TuireaderError):
    """A page could not be fetched: no answer, refused, too large, too slow, an HTTP error."""

    def __init__(
        self,
        message: str,
        kind: FetchFailure = FetchFailure.OTHER,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        url: str = "",
    ) -> None:
        """`status`: the HTTP status; `retry_after`: the server's value in seconds; `url`: after redirects."""
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

    @property
    def is_passing(self) -> bool:
        """Whether the same request may succeed later: there was no response, or that of a busy or failing server."""
        if self.kind is FetchFailure.STATUS:
            return self.status in _BUSY or (self.status or 0) >= _SERVER_ERROR
        return self.kind in (FetchFailure.OFFLINE, FetchFailure.UNREACHED, FetchFailure.HELD)


def unreadable(host: str) -> FetchError:
    """The FetchError for a response that causes an unexpected error in tuireader; the caller logs that error."""
    return FetchError(f"Cannot read the response from {host} (a bug in tuireader). Details are in the log")


class NotAskedError(FetchError):
    """A page was not requested, out of politeness: its server asked for a pause, or does not answer."""


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
    """A search has too many words or names."""


class StoreError(TuireaderError):
    """The cache cannot be opened, read or written."""


class BusyError(StoreError):
    """Another process held the lock for too long; nothing was done."""


class DamagedError(StoreError):
    """The cache is damaged and must be repaired first."""


class ConfigError(TuireaderError):
    """The configuration file has an invalid setting, or cannot be read."""


class SyncError(TuireaderError):
    """Sync with an account failed: its server gives unexpected answers, or refuses the login."""
