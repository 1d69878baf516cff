import asyncio
import subprocess
import sys
from collections.abc import Coroutine
from contextlib import aclosing

import pytest

from tuireader.async_tools import as_done, in_thread, to_the_end


async def test_results_and_errors_come_out_of_threads() -> None:
    assert await asyncio.gather(*(in_thread(divmod, n, 3) for n in range(40))) == [divmod(n, 3) for n in range(40)]
    with pytest.raises(ZeroDivisionError):
        await in_thread(divmod, 1, 0)


def test_the_program_ends_while_work_in_a_thread_goes_on() -> None:
    code = """
import asyncio, time
from tuireader.async_tools import in_thread
def work():
    while True:
        time.sleep(0.01)
async def main():
    task = asyncio.ensure_future(in_thread(work))
    await asyncio.sleep(0.1)
    print("ends")
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("ends\n", "")


async def test_what_lets_go_comes_to_its_end_however_often_its_task_is_cancelled() -> None:
    steps: list[str] = []
    go_on = asyncio.Event()

    async def let_go() -> None:
        await go_on.wait()
        steps.append("gone")

    task = asyncio.create_task(to_the_end(let_go(), hurry=lambda: steps.append("hurry")))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert steps == ["hurry", "hurry", "hurry", "gone"]


async def test_its_errors_are_raised_unless_it_was_cancelled() -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        await to_the_end(fail())
    task = asyncio.create_task(to_the_end(fail()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_works_side_by_side_give_what_they_give_as_soon_as_it_is_there() -> None:
    first = asyncio.Event()

    async def wait() -> str:
        await first.wait()
        return "second"

    async def go() -> str:
        first.set()
        return "first"

    assert [each async for each in as_done([wait(), go()])] == ["first", "second"]
    works: list[Coroutine[None, None, str]] = []
    assert [each async for each in as_done(works)] == []


@pytest.mark.parametrize("ends", ["by an error", "by the caller"])
async def test_however_it_ends_the_others_have_let_go(ends: str) -> None:
    let_go: list[int] = []

    async def hold(number: int) -> int:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            let_go.append(number)
        return number

    async def done() -> int:
        await asyncio.sleep(0)
        if ends == "by an error":
            raise KeyError
        return 0

    async def use() -> None:
        async with aclosing(as_done([hold(1), hold(2), done()])) as events:
            async for _ in events:
                return

    if ends == "by an error":
        with pytest.raises(KeyError):
            await use()
    else:
        await use()
    assert sorted(let_go) == [1, 2]
