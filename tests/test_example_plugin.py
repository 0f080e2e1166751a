"""The example plugin, built and installed as its users would, into an environment of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that only has the plugin; hatchling builds it, no network is asked."""
    source = tmp_path_factory.mktemp("source") / "engine-plugin"
    shutil.copytree(root / "examples/engine-plugin", source)
    target = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--target", target, source], check=True, capture_output=True, timeout=300)
    return target


def run(installed: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed), "STUDIOLO_HOME": str(home)}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, timeout=120
    )


def test_studiolo_finds_it_by_its_entry_point(installed: Path, home: Path, tmp_path: Path):
    code = """
from studiolo import EngineRegistry, Gallery, Settings, Studio
settings = Settings.load()
registry = EngineRegistry()
assert "flowfield" in registry.names, registry.names
with Studio(settings, registry, Gallery.open(settings.gallery_folder)) as studio:
    [picture] = studio.generate("teal and gold", engine="flowfield", seed=4, steps=20, width=128, height=64)
    print(studio.gallery.path(picture))
"""
    done = run(installed, home, "-c", code)
    assert done.returncode == 0, done.stderr
    with Image.open(done.stdout.strip()) as image:
        assert image.size == (128, 64)
        assert len(image.getcolors(128 * 64) or []) > 100, "it painted something"


def test_the_command_line_paints_with_it(installed: Path, home: Path, tmp_path: Path):
    out = tmp_path / "painted.png"
    generate = ["-m", "studiolo.cli", "generate", "teal and gold", "--engine", "flowfield"]
    how = ["--size", "128x64", "--steps", "20", "--option", "swirl=2", "--json", "-o", str(out)]
    done = run(installed, home, *generate, *how)
    assert done.returncode == 0, done.stderr
    assert "flowfield" in json.dumps(json.loads(done.stdout))
    with Image.open(out) as image:
        assert image.size == (128, 64)


def test_its_own_refusals_reach_the_user(installed: Path, home: Path):
    done = run(
        installed, home, "-m", "studiolo.cli", "generate", "teal", "-e", "flowfield", "--option", "swirl=99"
    )
    assert done.returncode == 2
    assert "Use 0 to 10" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_passes_its_own_tests(installed: Path, home: Path, root: Path):
    tests = root / "examples/engine-plugin/tests"
    done = run(installed, home, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(tests))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
