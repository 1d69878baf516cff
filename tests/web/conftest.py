from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from support.raw_server import Serve, raw_servers
from tuireader.web.client import Client, open_client


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    async with raw_servers() as start:
        yield start


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_client() as opened:
        yield opened
