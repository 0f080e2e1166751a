"""What the hosted chat engine adds to a plain HTTP call: `python -m benchmarks.chat`.

A server in a process of its own streams as OpenAI does, without a pause, over loopback; what is measured is
ours alone. Plain calls and the engine take turns, so that a busy moment of the machine falls on both alike.
"""

from __future__ import annotations

import http.server
import json
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable

from benchmarks import chat_libraries
from benchmarks.machine import report

Seconds = multiprocessing.Queue

TURNS = 200
COLD_TURNS = 7
LONG_TURNS = 5
TOKENS = 2000
SHORT = 20


class Streamer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for number in range(asked.get("max_tokens") or asked["max_completion_tokens"]):
            self.say(_chunk({"content": f"word{number} "}, None))
        self.say(_chunk({}, "stop"))
        self.say(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def say(self, event: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))


def _chunk(delta: dict[str, str], finish: str | None) -> bytes:
    content = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "bench",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(content).encode() + b"\n\n"


def serve(port: multiprocessing.Queue[int]) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Streamer)
    server.daemon_threads = True
    port.put(server.server_address[1])
    server.serve_forever()


def plain(base_url: str) -> Callable[[int], tuple[float, float]]:
    """Seconds to the first word and to the end, by httpx2 alone."""
    import httpx2

    client = httpx2.Client(trust_env=False)

    def ask(tokens: int) -> tuple[float, float]:
        body = {
            "model": "bench",
            "messages": [{"role": "user", "content": "?"}],
            "stream": True,
            "max_tokens": tokens,
        }
        started = time.perf_counter()
        first = 0.0
        with client.stream("POST", f"{base_url}/chat/completions", json=body) as response:
            for event in httpx2.EventSource(response):
                if event.data != "[DONE]" and json.loads(event.data)["choices"][0]["delta"] and not first:
                    first = time.perf_counter() - started
        return first, time.perf_counter() - started

    return ask


def engine(base_url: str) -> Callable[[int], tuple[float, float]]:
    """The same by the engine."""
    from studiolo.chat import ChatRequest
    from studiolo.engines.base import EngineConfig
    from studiolo.engines.openai.chat import OpenAIChatEngine

    talking = OpenAIChatEngine(EngineConfig(model="bench", options={"base_url": base_url}))

    def ask(tokens: int) -> tuple[float, float]:
        request = ChatRequest.parse({"messages": [{"text": "?"}], "max_tokens": tokens})
        started = time.perf_counter()
        first = 0.0
        count = 0
        for _ in talking.chat(request):
            first = first or time.perf_counter() - started
            count += 1
        assert count == tokens
        return first, time.perf_counter() - started

    return ask


def cold(way: Callable[[str], Callable[[int], tuple[float, float]]], base_url: str, answer: Seconds) -> None:
    started = time.perf_counter()
    first_s, whole_s = way(base_url)(SHORT)
    answer.put(time.perf_counter() - started - whole_s + first_s)


def memory_mb() -> float:
    """The most this process has ever taken."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    context = multiprocessing.get_context("spawn")
    port: multiprocessing.Queue[int] = context.Queue()
    server = context.Process(target=serve, args=(port,), daemon=True)
    server.start()
    base_url = f"http://127.0.0.1:{port.get()}/v1"
    if "--libraries" in sys.argv[1:]:
        header = ["", "packages", "size", "import", "first word, first call", "first word, later"]
        report("Client libraries for hosted models", header, chat_libraries.rows(base_url, TURNS))
        server.terminate()
        server.join()
        return
    ways = {"httpx2 alone": plain(base_url), "engine `openai`": engine(base_url)}
    firsts: dict[str, list[float]] = {name: [] for name in ways}
    for ask in ways.values():
        ask(SHORT)
    for _ in range(TURNS):
        for name, ask in ways.items():
            firsts[name].append(ask(SHORT)[0])
    wholes: dict[str, list[float]] = {name: [] for name in ways}
    grown: dict[str, float] = {}
    for name, ask in ways.items():
        before_mb = memory_mb()
        for _ in range(LONG_TURNS):
            wholes[name].append(ask(TOKENS)[1])
        grown[name] = memory_mb() - before_mb
    colds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(COLD_TURNS):
        for name, way in zip(ways, (plain, engine), strict=True):
            answer: Seconds = context.Queue()
            process = context.Process(target=cold, args=(way, base_url, answer))
            process.start()
            colds[name].append(answer.get())
            process.join()
    server.terminate()
    server.join()
    base_s = statistics.median(firsts["httpx2 alone"])
    rows = [
        [
            name,
            f"{statistics.median(firsts[name]) * 1000:.2f} ms",
            f"{statistics.quantiles(firsts[name], n=20)[-1] * 1000:.2f} ms",
            f"+{(statistics.median(firsts[name]) - base_s) * 1000:.2f} ms",
            f"{statistics.median(colds[name]) * 1000:.0f} ms",
            f"{TOKENS / statistics.median(wholes[name]):,.0f}/s",
            f"{grown[name]:.1f} MB",
        ]
        for name in ways
    ]
    report(
        f"Hosted chat: first word of a stream (median of {TURNS} in turns), and {TOKENS:,} words",
        [
            "",
            "first word",
            "19 of 20 within",
            "added",
            "in a new process, with imports",
            "words",
            "memory grown by",
        ],
        rows,
    )


if __name__ == "__main__":
    main()
