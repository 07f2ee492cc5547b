"""Many requests: at once, and one after the other."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import psutil

from tests.ui.test_server import RunApp, create, get

QUEUE = 16  # places that the page's queue has
REQUESTS, WARM_UP = 500, 30
MAY_GROW = 48 * 2**20  # bytes, a tenth of a megabyte for each request


def test_a_hundred_at_once_are_served_or_told_that_the_queue_is_full(app_url: str) -> None:
    with ThreadPoolExecutor(100) as visitors:
        waiting = [visitors.submit(create, app_url, prompt=f"a star {k}", steps=1) for k in range(100)]
        start = time.monotonic()
        assert get(f"{app_url}/config")[0] == 200
        waited = time.monotonic() - start
        answers = [visitor.result() for visitor in waiting]
    served = ['"success":true' in answer.replace(" ", "") for answer in answers]
    full = ["queue is full" in answer.lower() for answer in answers]
    assert all(one != other for one, other in zip(served, full, strict=True)), answers[:3]
    assert sum(served) >= QUEUE
    assert any(full)
    assert waited < 30


def test_memory_does_not_grow_with_the_number_of_requests(run_app: RunApp) -> None:
    with run_app() as url:
        port = url.rpartition(":")[2]
        [app] = [child for child in psutil.Process().children(recursive=True) if port in child.cmdline()]
        for k in range(WARM_UP):
            create(url, "one", prompt=f"a moon {k}", steps=1)
        before = app.memory_info().rss
        for k in range(REQUESTS):
            assert '"success":true' in create(url, "one", prompt=f"a sun {k}", steps=1).replace(" ", "")
        grown = app.memory_info().rss - before
    assert grown < MAY_GROW, f"{grown / 2**20:.0f} MB"
