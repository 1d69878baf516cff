"""The errors that a reader may meet: each message is a sentence that says what to do.

A message may hold text that came from the web; whoever shows it makes it printable first.
"""


class TuireaderError(Exception):
    """Something that the user can understand and act on; `str()` is the sentence."""


class AddressError(TuireaderError):
    """What was typed is no address that tuireader can open."""


class FetchError(TuireaderError):
    """The web did not give a page: no answer, refused, too large, too slow, an HTTP error."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        offline: bool = False,
        unreached: bool = False,
        inside: str = "",
        url: str = "",
    ) -> None:
        """Keep what callers act on.

        The HTTP `status`; the server's `retry_after` in seconds; `offline` if no network was found; `unreached` if no
        connection came about, so that another scheme may be tried; `inside` is the host that was not connected to for
        being in the user's own network; the `url` that was asked for, after a redirect another than was given.
        """
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.offline = offline
        self.unreached = unreached
        self.inside = inside
        self.url = url


class NotAFeedError(TuireaderError):
    """The page is not a feed that can be parsed."""


class NoFeedFoundError(TuireaderError):
    """No feed was found at an address."""


class NotFoundError(TuireaderError):
    """No feed or article here matches what was asked for, or more than one does."""


class StoreError(TuireaderError):
    """The cache cannot be opened, read or written."""


class BusyError(StoreError):
    """Another process has been holding the cache for too long; what was asked for has not been done at all."""


class DamagedError(StoreError):
    """The cache is damaged: what was asked for cannot be read, or written, before it is mended."""


class ConfigError(TuireaderError):
    """The configuration file says something that cannot be used."""
