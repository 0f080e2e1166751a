"""What the docs say is there, and what is there is in the docs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

import studiolo
from studiolo.engines.capabilities import Capabilities, Task
from studiolo.requests import ImageRequest
from studiolo.settings import PREFIX, Settings
from studiolo.testing import ImageEngineContract

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    page
    for folder in (ROOT, ROOT / "docs", ROOT / "training", ROOT / "examples/engine-plugin")
    for page in folder.glob("*.md")
)


def text(page: str) -> str:
    return (ROOT / page).read_text()


def in_table(page: str) -> set[str]:
    """Names in backticks in the first column of the tables of ``page``."""
    first_cells = re.findall(r"^\| *(`[^|]*)\|", text(page), re.MULTILINE)
    return {name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)}


def test_every_public_name_is_documented():
    assert set(studiolo.__all__) <= in_table("docs/python.md")


def test_no_page_names_what_is_gone():
    known = {*studiolo.__all__, *ImageRequest.model_fields}
    assert in_table("docs/python.md") <= known
    assert in_table("docs/settings.md") <= {*Settings.model_fields}


def test_every_field_of_a_request_is_documented():
    assert set(ImageRequest.model_fields) <= in_table("docs/python.md")


def test_every_exit_code_is_the_documented_one():
    for name, code in re.findall(r"^\| `(\w+)` \|.*\| (\d+) \|$", text("docs/python.md"), re.MULTILINE):
        assert getattr(studiolo, name).exit_code == int(code), name


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented_with_its_variable(name: str):
    assert name in in_table("docs/settings.md")
    assert f"`{PREFIX}{name.upper()}" in text("docs/settings.md")


def test_every_capability_and_every_knob_of_the_contract_is_documented():
    knobs = {name for name in dir(ImageEngineContract) if not name.startswith(("_", "test_", "make_"))}
    assert set(Capabilities.model_fields) | knobs <= in_table("docs/engines.md")


def test_the_table_of_tasks_is_what_engines_declare():
    """Each row against the capabilities: of SDXL with its refiner, of models made for enlarging."""
    from studiolo.engines.diffusers import abilities, families
    from studiolo.registry import EngineRegistry

    registry = EngineRegistry()
    can = {name: registry.resolve(name).capabilities for name in ("pocket", "realesrgan", "cutout")}
    can["diffusers"] = abilities.of_family(families.SDXL, device="cpu", previews=True)
    enlarging = abilities.of_family(families.UPSCALER_X4, device="cpu", previews=True)
    rows = re.findall(r"^\| (.*) \|$", text("docs/tasks.md"), re.MULTILINE)
    heading, *told = [[cell.strip(" `") for cell in row.split(" | ")] for row in rows if " | " in row]
    columns = heading[2:]
    assert set(columns) == set(can)
    beside: dict[str, Callable[[Capabilities], bool]] = {
        "follow a layout": lambda engine: bool(engine.controls),
        "a palette": lambda engine: engine.palette > 0,
        "a LoRA": lambda engine: engine.loras > 0,
    }
    marks = {(row[0], column): mark for row in told for column, mark in zip(columns, row[2:], strict=True)}
    assert "upscaling" in enlarging.tasks
    assert marks.pop(("upscaling", "diffusers")) == "models for it"
    assert marks.pop(("a refiner", "diffusers")) == "with a refiner"
    assert {task for task, _ in marks} == {*get_args(Task), *beside, "a refiner"}
    for (task, column), mark in marks.items():
        does = beside.get(task, lambda engine, task=task: task in engine.tasks or task in engine.refiners)
        assert mark == ("yes" if does(can[column]) else "no"), f"{task} by {column}"


def targets() -> set[str]:
    phony = re.search(r"^\.PHONY: (.*)$", text("Makefile"), re.MULTILINE)
    assert phony is not None
    return set(phony[1].split())


def test_every_make_target_is_documented_and_none_is_invented():
    documented = {name.removeprefix("make ") for name in in_table("CONTRIBUTING.md")}
    assert documented == targets()


def test_make_alone_lists_every_target():
    listed = subprocess.run(["make", "-s", "-C", ROOT], capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make (\w+)", listed, re.MULTILINE)) == targets()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path):
    shown = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", shown):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), f"{page.name} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", linked.read_text(), re.MULTILINE)
            slugs = {
                re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
            }
            assert anchor in slugs, f"{page.name} links to {target}"


def test_the_index_leads_to_every_page():
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "index.md" or f"({page.name})" in text("docs/index.md"), page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_nothing_is_left_to_fill_in(page: Path):
    assert "FILL:" not in page.read_text(), "a place for a figure or a picture that is not there yet"


@pytest.mark.parametrize("page", ["README.md", "docs/python.md", "docs/pictures.md", "docs/engines.md"])
def test_the_python_on_a_page_runs(page: str, home: Path, tmp_path: Path):
    blocks = re.findall(r"```python\n(.*?)```", text(page), re.DOTALL)
    assert blocks
    environment = {**os.environ, "STUDIOLO_HOME": str(home), "STUDIOLO_ENGINE": "fake"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(blocks)],
        capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_engine_on_the_page_keeps_the_contract(monkeypatch: pytest.MonkeyPatch):
    blocks = re.findall(r"```python\n(.*?)```", text("docs/engines.md"), re.DOTALL)
    names: dict[str, type[ImageEngineContract]] = {}
    exec("\n".join(blocks), names)
    contract = names["TestPlain"]()
    for name in dir(contract):
        if name.startswith("test_"):
            getattr(contract, name)()


def test_the_searches_the_readme_shows_find_what_it_says(home: Path):
    with studiolo.Studio.open(Settings.load(engine="fake")) as studio:
        for prompt in ("a boat at night", "a green owl on a book at night", "a red car"):
            studio.generate(prompt)
        for query, prompt in (("sailing after dark", "a boat"), ("a bird that reads", "a green owl")):
            assert query in text("README.md")
            [hit] = studio.gallery.search(query)
            assert hit.picture.prompt.startswith(prompt)
