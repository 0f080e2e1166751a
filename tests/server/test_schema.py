"""All that the server's own document allows, and much that it does not: no fault, no undeclared answer."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studiolo.embedding import TextEmbedder
from studiolo.engines.fake import FakeImageEngine, FakeSpeechEngine
from studiolo.server.reference import DOCUMENT

from .serving import Serving, open_studio, serve
from .test_every_route import call
from .test_pictures import keep

pytestmark = pytest.mark.slow

LIMIT_S = 600
CONFIG = """
seed = 4
continue-on-failure = true
request-timeout = 60

[generation]
max-examples = 10
deterministic = true
database = "none"

[cache]
enabled = false

[phases.stateful]
enabled = false

[checks]
enabled = false
# Away from the web a picture of it cannot be had: declared, and with a hint.
not_a_server_error = { enabled = true, expected-statuses = ["2xx", "3xx", "4xx", 503] }
status_code_conformance.enabled = true
content_type_conformance.enabled = true
response_headers_conformance.enabled = true
response_schema_conformance.enabled = true

# These streams end with the server, or with a job: test_events.py follows them.
[[operations]]
include-name = ["GET /api/events", "GET /api/jobs/{job_id}/events"]
enabled = false

# Wrong tokens are answered the later, the more there are: test_session.py waits for that.
[[operations]]
include-name = "POST /api/session"
phases.coverage.enabled = false
generation.max-examples = 5
"""
"""What schemathesis reads; its examples are the same in each run."""


@pytest.fixture
def served(embedder: TextEmbedder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """A server with quick engines under the names that the document's examples have, and some pictures."""
    for kind, name in {"ENGINE": "fake", "ASSISTANT": "pocket", "SPEECH": "fake"}.items():
        monkeypatch.setenv(f"STUDIOLO_{kind}", name)  # so that no request can choose others
    with open_studio(embedder, offline=True) as studio:
        studio.registry.register("pocket", FakeImageEngine)
        studio.speech.register("espeak", FakeSpeechEngine)
        for seed in range(5):
            keep(studio, seed=seed)
        with serve(studio) as server:
            yield server


def test_every_answer_is_one_that_is_documented(served: Serving, tmp_path: Path):
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", "--no-color"]
    done = subprocess.run(
        [*command, served.address + DOCUMENT],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Tested: 6" in done.stdout
    assert served.get("/readyz").json()["checks"]["workers"] == "ok"


STRANGE = (
    "\ud800",
    "\x00",
    "a\u202eb",
    ["\ud800"],
    {"\ud800": "\x00"},
    [{"role": "user", "content": "\ud800"}],
)
"""Half a character, which JSON can say and UTF-8 cannot; and what databases and terminals take amiss."""
ELSEWHERE = {"prompt": "a", "text": "a", "style": "a", "question": "a", "name": "a", "model": "fake"}
BROKEN = "%ED%A0%80%00"


def fields_of(document: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    """The names in the JSON that an operation takes."""
    kinds = operation.get("requestBody", {}).get("content", {})
    schema = kinds.get("application/json", {}).get("schema", {})
    for one in (schema, *schema.get("anyOf", ())):
        name = one.get("$ref", "").rpartition("/")[2]
        found = document["components"]["schemas"][name] if name else one
        if "properties" in found:
            return list(found["properties"])
    return []


def test_strange_letters_are_no_fault_anywhere(server: Serving):
    kept = keep(server.studio).id
    document = server.app.openapi()
    asked = 0
    for path, item in document["paths"].items():
        for method, operation in item.items():
            place = re.sub(r"\{[^}]+\}", kept, path.replace("{kind}", "image").replace("{name}", "fake"))
            names = fields_of(document, operation)
            for name in names:
                for strange in STRANGE:
                    others = {known: value for known, value in ELSEWHERE.items() if known in names}
                    answer = server.client.request(
                        method,
                        place,
                        content=json.dumps({**others, name: strange}),
                        headers={"Content-Type": "application/json"},
                    )
                    asked += 1
                    assert answer.status_code < 500, (method, place, name, strange, answer.text)
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query":
                    wrong = call(server, method.upper(), f"{place}?{parameter['name']}={BROKEN}")
                    assert wrong.status_code < 500, (method, place, parameter)
            if "{" in path:
                wrong = call(server, method.upper(), re.sub(r"\{[^}]+\}", BROKEN, path))
                assert wrong.status_code < 500, (method, path)
    assert asked > 500
