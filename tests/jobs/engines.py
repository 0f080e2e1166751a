"""Engines for the tests of the queue: one that waits, ones that fail."""

import threading

from studiolo.engines.fake import FakeImageEngine
from studiolo.errors import Cancelled, EngineError
from studiolo.requests import ignore_progress


class GatedEngine(FakeImageEngine):
    """Takes a step only when the gate lets it; asks ten times a second whether it should stop."""

    device = "cpu"
    parallel = 1

    def __init__(self, config=None):
        super().__init__(config)
        self.gate = threading.Semaphore(0)
        self.prompts = []

    @property
    def capabilities(self):
        return super().capabilities.model_copy(update={"device": self.device, "parallel": self.parallel})

    def generate(self, request, progress=ignore_progress):
        self.prompts.append(request.prompt)

        def wait(step):
            while not self.gate.acquire(timeout=0.1):
                progress(step)
            progress(step)

        yield from super().generate(request, wait)


class OtherDevice(GatedEngine):
    device = "cuda:0"


class TwoAtOnce(GatedEngine):
    device = "service"
    parallel = 2


_RAISED = {
    "engine": EngineError("The paint ran out.", hint="Buy paint."),
    "crash": ZeroDivisionError("division by sk-very-secret"),
    "exit": SystemExit(3),
    "stop": Cancelled(),
}


class FailsAtTheSecond(FakeImageEngine):
    """What is raised before the second picture is whatever the prompt says."""

    def generate(self, request, progress=ignore_progress):
        for number, picture in enumerate(super().generate(request, progress)):
            if number == 1:
                if request.prompt == "few":
                    return
                raise _RAISED[request.prompt]
            yield picture


class Blind(FakeImageEngine):
    """Cannot show what it paints before it is finished."""

    def generate(self, request, progress=ignore_progress):
        def broken(step):
            def preview():
                raise RuntimeError("no decoder")

            progress(type(step)(step=step.step, total=step.total, index=step.index, preview=preview))

        yield from super().generate(request, broken)


ENGINES = {
    "gated": GatedEngine,
    "other": OtherDevice,
    "two": TwoAtOnce,
    "faulty": FailsAtTheSecond,
    "blind": Blind,
}
