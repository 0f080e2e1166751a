"""``studiolo serve`` killed for real while it paints: what was promised is painted, once, and told."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from studiolo.gallery import Gallery
from tests.jobs.conftest import wait_until

from .program import Running
from .watching import Watcher, watch

pytestmark = pytest.mark.slow

KILLED_AFTER = (5, 1, 9, 3, 14, 2, 20, 7)
"""So many events of a run: in the middle of loading, of a picture, between two, at the end of a job."""
COUNT = 3
PAINTING = {"count": COUNT, "width": 256, "height": 256, "steps": 4, "translate": False}


def ask(running: Running, seed: int) -> str:
    answer = running.post("/api/jobs", json={"prompt": "two red apples", "seed": seed, **PAINTING})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def follow(watcher: Watcher, events: int) -> None:
    """See so many events, or fewer if there is no more to do."""
    left = events

    def enough(kind: str, data: dict[str, Any]) -> bool:
        nonlocal left
        left -= 1
        return left <= 0 or (kind == "job" and data["state"] == "done" and data["position"] is None)

    watcher.until(enough)


def active(running: Running) -> list[dict[str, Any]]:
    return running.get("/api/jobs", params={"state": "active", "limit": 500}).json()["jobs"]


def test_a_server_killed_again_and_again_loses_nothing(home: Path, run: Callable[..., Running]):
    asked: list[str] = []
    told: dict[str, dict[str, Any]] = {}
    last_event_id = ""
    for number, events in enumerate(KILLED_AFTER):
        running = run("--log", "quiet", STUDIOLO_ENGINE="pocket")
        with suppress(httpx2.TransportError), watch(running, after=last_event_id) as watcher:
            known = {job["id"]: job for job in watcher.until_kind("snapshot")["jobs"]}
            assert set(asked) <= set(known)  # a server knows nothing of what another has told
            assert all(job["error"] is None for job in known.values())
            if number < 4:
                asked += [ask(running, 1000 * number + 100 * job) for job in range(2)]
            follow(watcher, events)
            running.kill()
            watcher.to_the_end()  # what was already on its way
        last_event_id = watcher.last_event_id
        told |= {data["picture"]["id"]: data for data in watcher.of("picture")}
    assert told
    running = run("--log", "quiet", STUDIOLO_ENGINE="pocket")
    wait_until(lambda: not active(running), 300)
    jobs = {job["id"]: job for job in running.get("/api/jobs").json()["jobs"]}
    assert set(jobs) == set(asked)
    painted: dict[str, tuple[str, int]] = {}
    for job_id, job in jobs.items():
        assert (job["state"], job["error"]) == ("done", None)
        first = job["request"]["seed"]
        assert [picture["seed"] for picture in job["pictures"]] == list(range(first, first + COUNT))
        painted |= {picture["id"]: (job_id, index) for index, picture in enumerate(job["pictures"])}
    logs = [running.get(f"/api/jobs/{job_id}").json()["log"] for job_id in jobs]
    assert any("Taken up again" in entry["message"] for log in logs for entry in log)
    assert {picture: (data["job_id"], data["index"]) for picture, data in told.items()}.items() <= (
        painted.items()
    )
    kept = running.get("/api/pictures", params={"limit": 500}).json()["pictures"]
    assert {picture["id"] for picture in kept} == set(painted)
    assert len(kept) == COUNT * len(asked)
    assert running.end(signal.SIGTERM) == (0, "")
    with Gallery.open(home / "gallery") as gallery:
        report = gallery.check(deep=True, mend=False)
        assert (report.orphans, report.missing, report.damaged) == ((), (), ())
