import asyncio

import pytest

from tuireader.cleanup import to_the_end


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
