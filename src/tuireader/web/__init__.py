"""Getting pages politely and within limits: the only door to httpx2."""

from tuireader.web.client import Client, open_client
from tuireader.web.fetch import get

__all__ = ["Client", "get", "open_client"]
