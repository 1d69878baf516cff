"""HTTP client with limits."""

from tuireader.web.client import Client, open_client
from tuireader.web.fetch import DEADLINE, LIMIT, LeadsElsewhereError, get, send

__all__ = ["DEADLINE", "LIMIT", "Client", "LeadsElsewhereError", "get", "open_client", "send"]
