"""The server's numbers in Prometheus's words, made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)

from studiolo import __version__
from studiolo.server.metrics import Histogram, Metrics
from studiolo.studio import Studio


def expose(metrics: Metrics, studio: Studio) -> bytes:
    """Everything as Prometheus's text, with what the operating system says of this process."""
    registry = CollectorRegistry()
    registry.register(_Numbers(metrics, studio))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Numbers:
    """What a registry collects from."""

    def __init__(self, metrics: Metrics, studio: Studio) -> None:
        self._metrics = metrics
        self._studio = studio

    def collect(self) -> Iterator[Metric]:
        """Every family of numbers."""
        yield InfoMetricFamily("studiolo", "Which studiolo this is.", {"version": __version__})
        with self._metrics.lock:
            families = [*self._requests(), *self._jobs()]
        yield from families
        yield from self._now()

    def _requests(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "studiolo_requests", "Requests that ended.", labels=["method", "route", "status"]
        )
        for (method, route, status), count in self._metrics.requests.items():
            requests.add_metric([method, route, str(status)], count)
        yield requests
        yield _histogram(
            "studiolo_request_duration_seconds",
            "How long requests took, streams of events left out.",
            "route",
            self._metrics.request_seconds,
        )

    def _jobs(self) -> Iterator[Metric]:
        metrics = self._metrics
        jobs = CounterMetricFamily(
            "studiolo_jobs", "Jobs that were begun and ended.", labels=["engine", "state"]
        )
        for (engine, state), count in metrics.jobs.items():
            jobs.add_metric([engine, state], count)
        yield jobs
        failures = CounterMetricFamily(
            "studiolo_job_failures", "Jobs that failed, by kind of error.", labels=["engine", "error"]
        )
        for (engine, error), count in metrics.failures.items():
            failures.add_metric([engine, error], count)
        yield failures
        yield _by_engine(
            CounterMetricFamily("studiolo_pictures", "Pictures painted and kept.", labels=["engine"]),
            metrics.pictures,
        )
        yield _by_engine(
            CounterMetricFamily("studiolo_cost_dollars", "What pictures cost.", labels=["engine"]),
            metrics.dollars,
        )
        yield _histogram(
            "studiolo_step_duration_seconds", "Seconds per step.", "engine", metrics.step_seconds
        )

    def _now(self) -> Iterator[Metric]:
        loads = self._studio.jobs.load()
        waiting = GaugeMetricFamily("studiolo_queue_waiting_jobs", "Jobs that wait.", labels=["device"])
        running = GaugeMetricFamily("studiolo_queue_running_jobs", "Jobs that run.", labels=["device"])
        for device, load in loads.items():
            waiting.add_metric([device], load.waiting)
            running.add_metric([device], load.running)
        yield waiting
        yield running
        yield GaugeMetricFamily(
            "studiolo_gallery_pictures", "Pictures in the gallery.", value=self._studio.gallery.count()
        )


def _by_engine(family: CounterMetricFamily, values: Mapping[str, float]) -> CounterMetricFamily:
    for engine, value in values.items():
        family.add_metric([engine], value)
    return family


def _histogram(name: str, told: str, label: str, values: Mapping[str, Histogram]) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, told, labels=[label])
    for key, histogram in values.items():
        bounds = [*map(str, histogram.bounds), "+Inf"]
        family.add_metric(
            [key], list(zip(bounds, accumulate(histogram.counts), strict=True)), histogram.total
        )
    return family
