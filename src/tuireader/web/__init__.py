"""Getting pages politely and within limits: the only door to httpx2."""

from tuireader.web.client import Client, open_client
from tuireader.web.fetch import DEADLINE, get, utc_now

__all__ = ["DEADLINE", "Client", "get", "open_client", "utc_now"]
