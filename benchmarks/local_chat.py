"""What the local chat engines add to the libraries they run on: `python -m benchmarks.local_chat`.

Tiny models with random weights, so that what is measured is ours and not the model's arithmetic. Engine and
library take turns, so that a busy moment of the machine falls on both alike.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
from PIL import Image
from tests.engines.gguf import tiny as tiny_gguf
from tests.engines.transformers import tiny as tiny_transformers

from benchmarks.machine import report
from studiolo.chat import ChatRequest, Message
from studiolo.engines.base import ChatEngine, EngineConfig
from studiolo.engines.gguf import GgufChatEngine
from studiolo.engines.transformers import TransformersChatEngine
from studiolo.errors import Cancelled
from studiolo.requests import Progress, SourceImage

TURNS = 15
TOKENS = 200
QUESTION = "What do you see in the picture?"

Times = tuple[float, float]
"""Seconds to the first piece, and for each token after it."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = [*of_transformers(Path(folder) / "llava"), *of_gguf(Path(folder))]
    report(
        "Local chat engines beside the libraries they run on", ("What", "Library", "Engine", "Ratio"), rows
    )


def of_transformers(folder: Path) -> Iterator[tuple[str, ...]]:
    tiny_transformers.save_llava(folder)
    engine = TransformersChatEngine(
        EngineConfig(model=str(folder), offline=True, threads=1, options={"dtype": "float32"})
    )
    before = psutil.Process().memory_info().rss
    gap = longest_silence(engine)
    memory = psutil.Process().memory_info().rss - before
    alone = generating(folder)
    yield from compared("transformers", alone, asking(engine), TURNS)
    theirs, ours = processor_time(alone), processor_time(asking(engine))
    shown = (f"{theirs:.2f} s", f"{ours:.2f} s", f"{ours / theirs:.2f}")
    yield (f"transformers: processor time of {TOKENS} tokens", *shown)
    yield ("transformers: until a stopped answer is over", "", f"{stopping(engine) * 1000:.1f} ms", "")
    yield (
        "transformers: longest silence while loading",
        "",
        f"{gap * 1000:.0f} ms",
        "",
    )
    yield ("transformers: memory it adds to torch, with weights of 0.5 MB", "", f"{memory / 1e6:.0f} MB", "")
    engine.close()


def of_gguf(folder: Path) -> Iterator[tuple[str, ...]]:
    model, mmproj = folder / "tiny.gguf", folder / "mmproj-tiny.gguf"
    tiny_gguf.save_model(model)
    tiny_gguf.save_mmproj(mmproj)
    engine = GgufChatEngine(EngineConfig(model=str(model), threads=1, options={"context": 1024}))
    gap = longest_silence(engine)
    held, direct = in_process(model, mmproj)
    yield from compared("gguf", direct, asking(engine), TURNS)
    yield ("gguf: until a stopped answer is over", "", f"{stopping(engine) * 1000:.1f} ms", "")
    yield ("gguf: longest silence while loading", f"{held * 1000:.0f} ms", f"{gap * 1000:.0f} ms", "")
    child = psutil.Process().children()[0]
    yield ("gguf: memory of the child process", "", f"{child.memory_info().rss / 1e6:.0f} MB", "")
    engine.close()


def compared(
    name: str, library: Callable[[], Times], engine: Callable[[], Times], turns: int
) -> Iterator[tuple[str, ...]]:
    library(), engine()
    times = [(library(), engine()) for _ in range(turns)]
    for index, what in enumerate(("to the first piece", "for each token after it")):
        theirs = statistics.median(pair[0][index] for pair in times)
        ours = statistics.median(pair[1][index] for pair in times)
        shown = (f"{theirs * 1000:.2f} ms", f"{ours * 1000:.2f} ms", f"{ours / theirs:.2f}")
        yield (f"{name}: {what}", *shown)


def request(tokens: int = TOKENS) -> ChatRequest:
    picture = SourceImage(Image.new("RGB", (56, 56), "red"))
    return ChatRequest(
        messages=(Message(text=QUESTION, images=(picture,)),), max_tokens=tokens, temperature=0, seed=1
    )


def asking(engine: ChatEngine) -> Callable[[], Times]:
    asked = request()

    def ask() -> Times:
        answer = engine.chat(asked)
        started = time.perf_counter()
        next(answer)
        first = time.perf_counter()
        while True:
            try:
                next(answer)
            except StopIteration as end:
                written = end.value.usage.output_tokens
                return first - started, (time.perf_counter() - first) / (written - 1)

    return ask


def generating(folder: Path) -> Callable[[], Times]:
    """transformers alone: prepare, generate and stream as its documentation shows."""
    from transformers import AutoModelForImageTextToText, AutoProcessor, TextIteratorStreamer

    processor: Any = AutoProcessor.from_pretrained(folder, backend="pil")
    model: Any = AutoModelForImageTextToText.from_pretrained(folder).eval()
    turns = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": QUESTION}]}]
    picture = Image.new("RGB", (56, 56), "red")

    def ask() -> Times:
        started = time.perf_counter()
        text = processor.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
        inputs = processor(text=[text], images=[picture], return_tensors="pt")
        streamer = TextIteratorStreamer(processor.tokenizer, skip_prompt=True)
        settings = {**inputs, "streamer": streamer, "max_new_tokens": TOKENS, "do_sample": False}
        thread = threading.Thread(target=model.generate, kwargs=settings)
        thread.start()
        pieces = iter(streamer)
        while not next(pieces):
            pass
        first = time.perf_counter()
        for _ in pieces:
            pass
        thread.join()
        return first - started, (time.perf_counter() - first) / (TOKENS - 1)

    return ask


def in_process(model: Path, mmproj: Path) -> tuple[float, Callable[[], Times]]:
    """xllamacpp in this process: how long it held the interpreter while loading, and how fast it is."""
    import base64
    import io

    import xllamacpp

    buffer = io.BytesIO()
    Image.new("RGB", (56, 56), "red").save(buffer, "PNG")
    url = f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": QUESTION}]
    body = {
        "messages": [{"role": "user", "content": content}],
        "max_tokens": TOKENS,
        "temperature": 0,
        "stream": True,
        "cache_prompt": False,
    }
    parameters: Any = xllamacpp.CommonParams()
    parameters.model.path, parameters.mmproj.path = str(model), str(mmproj)
    parameters.n_ctx, parameters.n_parallel, parameters.port, parameters.verbosity = 1024, 1, 0, 0
    parameters.cpuparams.n_threads, parameters.warmup = 1, False
    beats: list[float] = []
    loaded = threading.Event()

    def beat() -> None:
        while not loaded.wait(0.01):
            beats.append(time.perf_counter())

    thread = threading.Thread(target=beat)
    thread.start()
    beats.append(time.perf_counter())
    server = xllamacpp.Server(parameters)
    beats.append(time.perf_counter())
    loaded.set()
    thread.join()

    def ask() -> Times:
        came: list[float] = []

        def hear(chunk: dict[str, Any]) -> None:
            if any(choice["delta"].get("content") for choice in chunk.get("choices", [])):
                came.append(time.perf_counter())

        started = time.perf_counter()
        server.handle_chat_completions(body, hear)
        return came[0] - started, (time.perf_counter() - came[0]) / (TOKENS - 1)

    return max(later - earlier for earlier, later in pairwise(beats)), ask


def processor_time(ask: Callable[[], Times]) -> float:
    """Seconds of this process for an answer: other work on the machine does not count."""
    spent: list[float] = []
    for _ in range(TURNS):
        before = time.process_time()
        ask()
        spent.append(time.process_time() - before)
    return statistics.median(spent)


def longest_silence(engine: ChatEngine) -> float:
    """Between two calls of ``progress`` during the first answer, which loads the model."""
    beats: list[float] = []
    for _ in engine.chat(request(tokens=4), lambda _: beats.append(time.perf_counter())):
        pass
    return max(later - earlier for earlier, later in pairwise(beats))


def stopping(engine: ChatEngine) -> float:
    """From the wish to stop until the call has returned."""
    waits: list[float] = []
    for _ in range(TURNS):
        wanted = 0.0

        def progress(now: Progress) -> None:
            nonlocal wanted
            if now.step == 3:
                wanted = time.perf_counter()
                raise Cancelled

        try:
            for _ in engine.chat(request(), progress):
                pass
        except Cancelled:
            waits.append(time.perf_counter() - wanted)
    return statistics.median(waits)


if __name__ == "__main__":
    main()
