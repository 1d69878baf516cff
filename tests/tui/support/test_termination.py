from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

LATE = """
import os, signal, sys, time
from tuireader.tui.support.driver import Termination
ending = Termination(lambda status: None, lambda: None)
ending.listen()
os.kill(os.getpid(), signal.SIGTERM)
while not ending.is_told:
    time.sleep(0.01)
{then}
class Late:
    def __del__(self, kill=os.kill, pid=os.getpid(), number=signal.SIGHUP):
        kill(pid, number)
sys.late = Late()
sys.exit(143)
"""
"""A signal while the interpreter takes itself down: by then it has given its handlers up."""


@pytest.mark.skipif(os.name != "posix", reason="there are no such signals")
@pytest.mark.parametrize(("then", "status"), [("", -signal.SIGHUP), ("ending.hear_no_more()", 143)])
def test_a_signal_on_the_way_out_changes_nothing(then: str, status: int) -> None:
    done = subprocess.run([sys.executable, "-c", LATE.format(then=then)], check=False)
    assert done.returncode == status
