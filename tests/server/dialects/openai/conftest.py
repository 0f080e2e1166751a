"""The official Python client, unchanged, at a server of ours."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from tests.server.dialects.openai.slow import Slow
from tests.server.serving import TIMEOUT_S, Serving

VERSIONS = {22: "7.57.0", 18: "6.49.0"}
"""From which version of node on, which version of the client."""


@pytest.fixture
def connect() -> Iterator[Callable[..., openai.OpenAI]]:
    """A client of a server: ``connect(serving, api_key=…)``. It does not ask twice unless told to."""
    with ExitStack() as stack:

        def begin(serving: Serving, **options: Any) -> openai.OpenAI:
            plain = httpx2.Client(trust_env=False, timeout=TIMEOUT_S)  # no proxy of the machine
            given = {"api_key": "any", "max_retries": 0, "timeout": TIMEOUT_S, **options}
            client = openai.OpenAI(base_url=f"{serving.address}/v1", http_client=plain, **given)
            return stack.enter_context(client)

        yield begin


@pytest.fixture
def client(server: Serving, connect: Callable[..., openai.OpenAI]) -> openai.OpenAI:
    """A client of ``server``."""
    return connect(server)


@pytest.fixture
def slow(server: Serving) -> Iterator[Slow]:
    """An engine of that name that waits for ``slow.allowed``."""
    engine = Slow()
    server.studio.registry.register("slow", lambda config: engine)
    yield engine
    engine.allowed.release(10_000)


@pytest.fixture(scope="session")
def npm_client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client in its ``node_modules``, kept from one run to the next."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not installed; Debian: apt-get install nodejs npm")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    major = int(re.match(r"v(\d+)", said)[1])  # type: ignore[index]
    version = next((version for least, version in VERSIONS.items() if major >= least), None)
    if version is None:
        pytest.skip(f"node {said.strip()} is older than the client takes; it needs 18")
    folder = request.config.cache.mkdir(f"openai-npm-{version}") / "client"
    if not folder.exists():
        fresh = tmp_path_factory.mktemp("npm")
        (fresh / "package.json").write_text("{}")
        done = subprocess.run(
            [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", f"openai@{version}"],
            cwd=fresh, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        if done.returncode:
            pytest.skip(f"the npm client could not be fetched: {done.stderr.strip()[-300:]}")
        if not folder.exists():  # another worker may have been quicker
            shutil.move(fresh, folder)
    return folder
