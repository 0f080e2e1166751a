"""Alive, ready, and in numbers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from prometheus_client.parser import text_string_to_metric_families

from studiolo.server.metrics import Histogram, Metrics
from studiolo.studio import Studio

from .serving import Serving, serve


def numbers(server: Serving, **options: object) -> dict[tuple[str, ...], float]:
    """Every sample, by its name and the values of its labels, sorted by their names."""
    answer = server.get("/metrics", **options)
    assert answer.status_code == 200
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_alive(server: Serving):
    assert server.get("/healthz").json() == {"status": "ok"}


def test_ready(server: Serving):
    answer = server.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "checks": {"catalog": "ok", "gallery": "ok", "workers": "ok"},
    }


def test_not_ready_without_workers(server: Serving):
    server.studio.jobs.close()
    answer = server.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "not ready"
    assert answer.json()["checks"]["workers"] == "have stopped"


def test_not_ready_without_a_catalog(studio: Studio):
    with serve(studio) as server:
        studio.gallery.catalog.close()
        checks = server.get("/readyz").json()["checks"]
        assert checks["catalog"] == "does not answer"
        assert server.get("/healthz").status_code == 200


def test_health_needs_no_token_but_the_numbers_do(start: Callable[..., Serving]):
    server = start(server_tokens=True)
    assert server.get("/healthz").status_code == 200
    assert server.get("/readyz").status_code == 200
    assert server.get("/metrics").status_code == 401
    _, secret = server.studio.gallery.tokens.create("prometheus", ["read"])
    assert numbers(server, headers={"Authorization": f"Bearer {secret}"})["studiolo_gallery_pictures",] == 0


def test_requests_are_counted_by_route(server: Serving):
    server.get("/api/jobs/one")
    server.get("/api/jobs/two")
    server.get("/nothing/at/all")
    server.client.request("BREW", "/api/session")
    seen = numbers(server)
    assert seen["studiolo_requests_total", "GET", "/api/jobs/{job_id}", "404"] == 2
    assert seen["studiolo_requests_total", "GET", "unmatched", "404"] == 1
    assert seen["studiolo_requests_total", "other", "/api/session", "405"] == 1
    assert seen["studiolo_request_duration_seconds_count", "/api/jobs/{job_id}"] == 2
    assert seen["studiolo_request_duration_seconds_bucket", "+Inf", "/api/jobs/{job_id}"] == 2
    assert seen["process_resident_memory_bytes",] > 0


def test_jobs_are_counted_by_engine(server: Serving):
    job = server.studio.submit("an apple", count=2, steps=4, width=64, height=64)
    assert server.studio.jobs.wait(job.id, 60).state == "done"
    for _ in range(1000):  # its end is counted after it is told
        seen = numbers(server)
        if ("studiolo_jobs_total", "fake", "done") in seen:
            break
        time.sleep(0.01)
    assert seen["studiolo_jobs_total", "fake", "done"] == 1
    assert seen["studiolo_pictures_total", "fake"] == 2
    assert seen["studiolo_gallery_pictures",] == 2
    assert seen["studiolo_step_duration_seconds_count", "fake"] > 0
    devices = [key[1] for key in seen if key[0] == "studiolo_queue_waiting_jobs"]
    assert devices
    assert seen["studiolo_queue_running_jobs", devices[0]] == 0


def test_failures_and_costs_are_counted():
    metrics = Metrics()
    metrics.picture("hosted", 0.04)
    metrics.picture("hosted", 0.04)
    metrics.picture("hosted", None)
    metrics.ended("hosted:any-model", "failed", 1.0, "engine-timeout")  # whose name anybody may make up
    metrics.ended("hosted", "done", 1.0, None)
    assert metrics.dollars["hosted"] == 0.08
    assert metrics.pictures["hosted"] == 3
    assert dict(metrics.failures) == {("hosted", "engine-timeout"): 1}
    assert dict(metrics.jobs) == {("hosted", "failed"): 1, ("hosted", "done"): 1}


def test_a_value_at_a_bound_is_within_it():
    histogram = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 2.0, 2.5):
        histogram.note(value)
    assert histogram.counts == [2, 2, 1]
    assert histogram.total == 7.5


def test_names_of_metrics_follow_the_conventions(server: Serving):
    for family in text_string_to_metric_families(server.get("/metrics").text):
        assert re.fullmatch(r"(studiolo|process)_[a-z_]+", family.name), family.name
        assert family.documentation
