"""Servers of accounts, and machines that have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.devices import Device
from support.machines import Machine, MakeMachine
from support.reader_servers import Api, FakeMiniflux, FakeReader

MakeDevice = Callable[[Api], Device]


@pytest.fixture(params=["miniflux", "freshrss", "miniflux's reader"])
def server(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Each kind of server in turn."""
    kinds: dict[str, Callable[[], Api]] = {
        "miniflux": FakeMiniflux,
        "freshrss": lambda: FakeReader("freshrss"),
        "miniflux's reader": lambda: FakeReader("miniflux"),
    }
    made = kinds[request.param]()
    yield made
    made.stop()


@pytest.fixture
def miniflux() -> Iterator[FakeMiniflux]:
    made = FakeMiniflux()
    yield made
    made.stop()


@pytest.fixture
def freshrss() -> Iterator[FakeReader]:
    made = FakeReader("freshrss")
    yield made
    made.stop()


@pytest.fixture
def device(tmp_path: Path) -> MakeDevice:
    """Makes machines."""
    made: list[Device] = []

    def make(server: Api) -> Device:
        made.append(Device(tmp_path / f"device-{len(made)}.db", server.url))
        return made[-1]

    return make


@pytest.fixture
def machine(tmp_path: Path) -> MakeMachine:
    (tmp_path / "shared").mkdir()
    return lambda name: Machine(name, tmp_path / f"{name}.db", tmp_path / "shared")
