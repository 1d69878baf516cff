"""Times and memory of processes, and what many of them come to."""

from __future__ import annotations

import math
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class BenchError(Exception):
    """Something could not be measured; the message says why."""


class TooSlowError(BenchError):
    """What was waited for did not come in time."""


def median(measured: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(measured)


def p95(measured: Sequence[float]) -> float:
    """The one that 95 % do not exceed (nearest rank)."""
    return sorted(measured)[math.ceil(0.95 * len(measured)) - 1]


def repeat(times: int, measure: Callable[[], float]) -> float:
    """The median of so many measurements."""
    return median([measure() for _ in range(times)])


def run(command: Sequence[str], env: Mapping[str, str], *, timeout: float = 1800.0) -> float:
    """Run a command that must succeed; give the seconds it took."""
    start = time.perf_counter()
    try:
        done = subprocess.run(
            command, env=dict(env), stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False
        )
    except FileNotFoundError as error:
        raise BenchError(f"{command[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{' '.join(command[:6])} took more than {timeout:.0f} s") from error
    took = time.perf_counter() - start
    if done.returncode:
        tail = done.stderr.decode(errors="replace").strip().splitlines()[-3:]
        raise BenchError(f"{' '.join(command[:6])} ended with {done.returncode}: {' / '.join(tail)}")
    return took


def run_until(
    command: Sequence[str], env: Mapping[str, str], said: str, *, timeout: float = 1800.0
) -> tuple[float, float]:
    """Run a command that must succeed; give the seconds until it says something in a line, and until its end."""
    start = time.perf_counter()
    with subprocess.Popen(
        command, env=dict(env), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None  # noqa: S101 - what PIPE gives
        heard = next((time.perf_counter() - start for line in process.stderr if said in line), None)
        process.stderr.read()
        if process.wait(timeout) or heard is None:
            raise BenchError(f"{' '.join(command[:6])} ended with {process.returncode}")
    return heard, time.perf_counter() - start


def resident(pid: int) -> float:
    """Memory of a process in megabytes (VmRSS)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError as error:
        raise BenchError("memory is read from /proc, which this system does not have") from error
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
