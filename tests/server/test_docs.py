"""docs/server.md says what is so: its examples run, its tables are complete."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from studiolo.server import problems
from studiolo.server.context import SCOPES
from studiolo.server.problems import describe

from .serving import Serving

PAGE = (Path(__file__).parents[2] / "docs" / "server.md").read_text()


def test_the_curl_examples_work(server: Serving, tmp_path: Path):
    [script] = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    script = script.replace("http://127.0.0.1:7333", server.address)
    assert server.address in script
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "apples.png").read_bytes().startswith(b"\x89PNG")
    assert "event: " in done.stdout
    assert '"state":"done"' in done.stdout
    assert '"prompt":"two red apples"' in done.stdout
    assert '"starred":true' in done.stdout


def test_the_example_of_a_problem_is_what_comes(server: Serving):
    documented = re.search(r'^\{\n  "type".*?^\}', PAGE, re.MULTILINE | re.DOTALL)
    assert documented is not None
    told = server.get("/api/pictures/nothing").json()
    expected = re.sub(r'"request_id": "\w+"', f'"request_id": "{told["request_id"]}"', documented[0])
    assert json.loads(expected) == told


def test_every_metric_is_documented(server: Serving):
    job = server.studio.submit("an apple", steps=3, width=64, height=64)
    server.studio.jobs.wait(job.id, 60)
    names = set(re.findall(r"^# TYPE (studiolo_\w+)", server.get("/metrics").text, re.MULTILINE))
    documented = set(re.findall(r"`(studiolo_\w+)`", PAGE))
    assert names == documented


def test_every_scope_is_documented():
    assert set(re.findall(r"^\| `(\w+)` \| ", PAGE, re.MULTILINE)) >= set(SCOPES)


def test_every_status_of_a_problem_is_documented():
    statuses = set(problems._STATUS.values()) - {409, 500}
    documented = re.findall(r"^\| ([\d, ]+) \| ", PAGE, re.MULTILINE)
    assert statuses <= {int(status) for row in documented for status in row.split(", ")}
    assert describe(ValueError("x"), "1").status == 500
