"""The facade's waiting room: paintings that are asked for now and painted in their turn."""

from __future__ import annotations

from typing import Any

from studiolo.jobs.job import Job
from studiolo.jobs.queue import JobQueue
from studiolo.jobs.runner import Accepted, LocalRunner, Place
from studiolo.requests import ImageRequest
from studiolo.studio.painting import Painting
from studiolo.studio.spending import Budget, limit_of


class Queueing(Painting):
    """Paints in the background; what waits outlives the process."""

    _jobs: JobQueue | None = None

    @property
    def jobs(self) -> JobQueue:
        """The queue; it begins to work with its first job, or with :meth:`JobQueue.start`."""
        with self._lock:
            if self._jobs is None:
                runner = LocalRunner(
                    place=self._place,
                    prepare=self._accept,
                    paint=self._paint,
                )
                self._jobs = JobQueue(
                    self.gallery, runner, size=self.settings.queue_size, hide=self._hide_secrets
                )
            return self._jobs

    def submit(
        self,
        prompt: str | ImageRequest | None = None,
        /,
        *,
        engine: str | None = None,
        translate: bool = True,
        original_prompt: str = "",
        owner: str = "",
        priority: int = 0,
        max_cost: float | None = None,
        **fields: Any,
    ) -> Job:
        """Let a painting wait for its turn; arguments as for :meth:`generate_each`.

        Args:
            prompt: what to paint, or a whole request; may as well stand among the fields.
            engine: as for :meth:`generate_each`; it is chosen now, not when the job's turn has come.
            translate: as for :meth:`generate_each`.
            original_prompt: as for :meth:`generate_each`.
            owner: who asks, where several do; they take turns.
            priority: from -1000 to 1000; higher ones go first.
            max_cost: as for :meth:`generate_each`; kept with the job.
            fields: fields of :class:`ImageRequest`.

        Raises:
            InputError: the request cannot be done as asked.
            CostLimitError: it may cost more than ``max_cost``, or nobody knows what.
            QueueFullError: too many wait; says when to come again.
            GalleryError: it could not be kept.
        """
        return self.jobs.submit(
            self.request(prompt, **fields),
            engine=engine,
            translate=translate,
            original_prompt=original_prompt,
            owner=owner,
            priority=priority,
            max_cost=max_cost,
        )

    def close(self) -> None:
        """End the queue, free the engines and close the gallery; what was being painted waits again."""
        with self._lock:
            jobs = self._jobs
        if jobs is not None:
            jobs.close()
        super().close()

    def _accept(self, request: ImageRequest, engine: str | None, max_cost: float | None) -> Accepted:
        found = self.prepare(request, engine=engine)
        limit = limit_of(max_cost, self.settings.max_cost)
        Budget(limit).admit([found])
        return Accepted(engine=found.engine, request=found.request, max_cost=limit, notes=found.notes)

    def _place(self, engine: str) -> Place:
        capabilities = self.registry.resolve(engine).capabilities
        return Place(device=capabilities.device, parallel=capabilities.parallel)
