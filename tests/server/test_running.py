"""The server as a program: it begins, says where it is, and ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from studiolo.errors import SettingsError
from studiolo.server.running import address_of, listen
from studiolo.studio import Studio

from .program import PROGRAM, Running
from .serving import TIMEOUT_S


def fails(*arguments: str, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=TIMEOUT_S,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_when_told(run: Callable[..., Running], number: int):
    running = run("--log", "quiet")
    assert running.address.startswith("http://127.0.0.1:")
    assert running.get("/").status_code == 200
    assert running.get("/api/session").json()["defaults"]["engine"] == "fake"
    assert running.end(number) == (0, "")


def test_a_stream_of_events_does_not_keep_it_from_ending(run: Callable[..., Running]):
    running = run("--log", "quiet")
    with (
        httpx2.Client(base_url=running.address, timeout=TIMEOUT_S, trust_env=False) as client,
        client.stream("GET", "/api/events") as events,
    ):
        lines = events.iter_lines()
        assert "event: snapshot" in lines
        running.process.send_signal(signal.SIGINT)
        list(lines)  # ends, and as a whole: a broken one raises here
    assert running.process.wait(TIMEOUT_S) == 0


def test_two_studios_on_one_gallery(run: Callable[..., Running]):
    first, second = run("--log", "quiet"), run("--log", "quiet")
    assert first.address != second.address
    assert first.get("/readyz").status_code == second.get("/readyz").status_code == 200
    assert first.end() == second.end() == (0, "")


SLOW = """
import time

from studiolo.engines.fake import FakeImageEngine
from studiolo.requests import ignore_progress


class SlowImageEngine(FakeImageEngine):
    def generate(self, request, progress=ignore_progress):
        time.sleep(600)
        yield from super().generate(request, progress)
"""


@pytest.fixture
def slow_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed engine ``slow`` that stops for nobody; found by subprocesses only."""
    folder = tmp_path / "plugin"
    package = folder / "slow-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: slow\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[studiolo.engines]\nslow = slow_engine:SlowImageEngine\n")
    (folder / "slow_engine.py").write_text(SLOW)
    monkeypatch.setenv("PYTHONPATH", str(folder))


@pytest.mark.usefixtures("slow_engine")
def test_the_second_ctrl_c_ends_it_at_once(run: Callable[..., Running]):
    """An engine in the middle of a step hears nothing; the job is begun again by the next server."""
    running = run("--log", "quiet", STUDIOLO_ENGINE="slow")
    answer = httpx2.post(running.address + "/api/jobs", json={"prompt": "an apple"}, trust_env=False)
    job = answer.json()["id"]
    while running.get(f"/api/jobs/{job}").json()["state"] != "running":
        time.sleep(0.05)
    running.process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        running.process.wait(2)
    code, _ = running.end()
    assert code == -signal.SIGINT
    again = run("--log", "quiet", STUDIOLO_ENGINE="fake")
    assert again.get(f"/api/jobs/{job}").json()["state"] in ("queued", "running")


def test_a_port_that_is_taken(home: object):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, err = fails("--port", str(port))
    assert code == 2
    assert f"error: Port {port} of 127.0.0.1 is taken" in err
    assert "hint: " in err
    assert "studiolo serve --port 0" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "", "a b", "::zz"])
def test_an_address_that_is_not_ours(host: str):
    code, err = fails("--port", "0", "--host", host, STUDIOLO_SERVER_TOKENS="false")
    assert code == 2
    assert "hint: " in err
    assert "Traceback" not in err


def test_others_are_let_in_only_with_a_token(home: object, run: Callable[..., Running]):
    code, err = fails("--port", "0", "--host", "0.0.0.0")
    assert code == 2
    assert "hint: Make one first: studiolo token create NAME" in err
    code, err = fails("--port", "0", STUDIOLO_SERVER_TOKENS="true")
    assert code == 2
    assert "studiolo token create" in err
    made = subprocess.run(
        [sys.executable, "-m", "studiolo.cli", "token", "create", "phone"],
        capture_output=True,
        text=True,
        check=True,
        timeout=TIMEOUT_S,
    )
    secret = made.stdout.strip()
    running = run("--host", "0.0.0.0", "--log", "quiet")
    port = running.address.rpartition(":")[2]
    address = f"http://127.0.0.1:{port}/api/pictures"
    assert httpx2.get(address, trust_env=False).status_code == 401
    headers = {"Authorization": f"Bearer {secret}"}
    assert httpx2.get(address, headers=headers, trust_env=False).status_code == 200
    code, err = running.end()
    assert code == 0
    assert "phone (read, generate, edit)" in err
    assert secret not in err


def test_listening_on_both_families_and_by_name():
    with listen("localhost", 0) as listener:
        assert address_of(listener).startswith("http://127.0.0.1:")
    if socket.has_ipv6:
        with listen("::1", 0) as listener:
            assert address_of(listener).startswith("http://[::1]:")
    with pytest.raises(SettingsError):
        listen("256.1.1.1", 0)


def test_a_wrong_option_is_said(home: object):
    code, err = fails("--log", "loud")
    assert code == 2
    assert "'quiet', 'text', 'json'" in err
    code, err = fails("--port", "99999")
    assert code == 2
    assert "server_port" in err


def test_importing_the_commands_does_not_import_the_server():
    script = "import sys, studiolo.cli.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert {"fastapi", "uvicorn", "starlette"}.isdisjoint(done.stdout.split())


def test_a_studio_is_served_by_a_program_of_ones_own(studio: Studio):
    """The application is ASGI as any other; nothing of it needs our own way to run it."""
    import asyncio

    from studiolo.server import create_app

    app = create_app(studio)
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/healthz",
        "raw_path": b"/healthz",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "http_version": "1.1",
    }
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 200
