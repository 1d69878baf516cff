"""HTTP client with limits; modules are loaded on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuireader.web.client import Client, open_client
    from tuireader.web.fetch import DEADLINE, LIMIT, LeadsElsewhereError, get, send

__all__ = ["DEADLINE", "LIMIT", "Client", "LeadsElsewhereError", "get", "open_client", "send"]

_ROOMS = {
    "Client": "client",
    "open_client": "client",
    "DEADLINE": "fetch",
    "LIMIT": "fetch",
    "LeadsElsewhereError": "fetch",
    "get": "fetch",
    "send": "fetch",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
