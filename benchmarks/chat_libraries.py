"""Client libraries for hosted models side by side: `python -m benchmarks.chat --libraries`.

Each is installed into an environment of its own (from PyPI, so it needs a network; some minutes), and streams
from the same server on loopback. This is what the choice of thin clients rests on.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

IMPORTS = 5
REQUIREMENTS = {
    "httpx2": "httpx2",
    "openai": "openai",
    "pydantic-ai": "pydantic-ai-slim[openai]",
    "any-llm": "any-llm-sdk[openai]",
    "litellm": "litellm",
}

# Runs in the library's own environment: prints seconds to import, of the first call, and of later ones.
CLIENT = """
import json, os, statistics, sys, time, warnings
warnings.simplefilter("ignore")
library, url, turns = sys.argv[1], sys.argv[2], int(sys.argv[3])
messages = [{"role": "user", "content": "?"}]
started = time.perf_counter()
if library == "httpx2":
    import httpx2
    client = httpx2.Client()
    def stream():
        body = {"model": "m", "messages": messages, "stream": True, "max_tokens": 20}
        with client.stream("POST", url + "/chat/completions", json=body) as response:
            for event in httpx2.EventSource(response):
                if event.data != "[DONE]":
                    yield json.loads(event.data)
elif library == "openai":
    import openai
    client = openai.OpenAI(base_url=url, api_key="k")
    def stream():
        return client.chat.completions.create(model="m", messages=messages, stream=True, max_tokens=20)
elif library == "pydantic-ai":
    from pydantic_ai.direct import model_request_stream_sync
    from pydantic_ai.messages import ModelRequest
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider
    model = OpenAIChatModel("m", provider=OpenAIProvider(base_url=url, api_key="k"))
    def stream():
        asked = [ModelRequest.user_text_prompt("?")]
        settings = {"max_tokens": 20}
        with model_request_stream_sync(model, asked, model_settings=settings) as events:
            yield from events
elif library == "any-llm":
    import any_llm
    def stream():
        return any_llm.completion(
            model="m", provider="openai", messages=messages, stream=True, api_base=url, api_key="k",
            max_tokens=20,
        )
elif library == "litellm":
    import litellm
    def stream():
        return litellm.completion(
            model="openai/m", messages=messages, stream=True, api_base=url, api_key="k", max_tokens=20
        )
imported = time.perf_counter() - started
firsts = []
for _ in range(turns):
    started = time.perf_counter()
    first = None
    for _ in stream():
        first = first or time.perf_counter() - started
    firsts.append(first)
print(json.dumps([imported, firsts[0], statistics.median(firsts[1:] or firsts)]))
"""


def rows(base_url: str, turns: int) -> list[list[str]]:
    """A row for each library: packages, size, import, first word."""
    measured: list[list[str]] = []
    for library, requirement in REQUIREMENTS.items():
        with tempfile.TemporaryDirectory() as folder:
            venv.create(folder, with_pip=True)
            python = str(Path(folder, "bin", "python"))
            bare = set(_packages(Path(folder)))
            subprocess.run(
                [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement],
                check=True,
                stdout=sys.stderr,
            )
            packages = set(_packages(Path(folder))) - bare
            command = [python, "-c", CLIENT, library, base_url]
            environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}  # else it asks the web first
            environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a machine may forbid it; a user's does not

            def run(turns: int, command: list[str] = command, env: dict[str, str] = environment):
                answer = subprocess.run([*command, str(turns)], check=True, env=env, stdout=subprocess.PIPE)
                return json.loads(answer.stdout.splitlines()[-1])

            run(1)  # writes bytecode, warms the disk cache
            imports = [run(1)[0] for _ in range(IMPORTS)]
            _, cold_s, warm_s = run(turns)
            own = requirement.partition("[")[0].replace("-", "_")
            version = next(name for name in packages if name.startswith(f"{own}-")).split("-")[1]
            measured.append(
                [
                    f"{library} {version.removesuffix('.dist')}",
                    str(len(packages)),
                    f"{_size_mb(Path(folder)):.0f} MB",
                    f"{statistics.median(imports):.2f} s",
                    f"{cold_s * 1000:.0f} ms",
                    f"{warm_s * 1000:.1f} ms",
                ]
            )
    return measured


def _packages(environment: Path) -> list[str]:
    return [path.name for path in environment.glob("lib/python*/site-packages/*.dist-info")]


def _size_mb(environment: Path) -> float:
    """What was installed, without pip and without bytecode."""
    (site,) = environment.glob("lib/python*/site-packages")
    files = (file for file in site.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    foreign = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils-precedence")
    return (
        sum(file.stat().st_size for file in files if not file.relative_to(site).parts[0].startswith(foreign))
        / 2**20
    )
