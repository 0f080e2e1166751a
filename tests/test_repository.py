"""What holds for the repository as a whole: its contracts, its package, what must never be committed."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def is_text(path: Path) -> bool:
    return path.stat().st_size < 2**20 and b"\0" not in path.read_bytes()[:8192]


def test_the_import_contract_is_kept():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_no_path_of_a_developers_machine_is_committed():
    machines = re.compile(r"(?<![\w.-])/(?:work|root|home/\w+|Users/\w+)/")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in tracked()
        if is_text(path) and path != Path(__file__)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if machines.search(line)
    ]
    assert not found


def test_no_file_is_larger_than_a_clone_should_carry():
    assert not [path for path in tracked() if path.stat().st_size > 40 * 2**20]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The package as it is published; built by hatchling, no network is asked."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "-w", folder, ROOT], check=True, capture_output=True, timeout=300)
    return zipfile.ZipFile(next(folder.glob("studiolo-*.whl")))


def test_the_wheel_has_every_file_of_the_package(wheel: zipfile.ZipFile):
    packed = set(wheel.namelist())
    assert {str(path.relative_to(ROOT / "src")) for path in tracked("src/studiolo")} <= packed


def test_the_wheel_has_licence_notice_and_nothing_beside_the_package(wheel: zipfile.ZipFile):
    packed = wheel.namelist()
    assert {"LICENSE", "NOTICE"} <= {Path(name).name for name in packed}
    tops = {name.split("/")[0] for name in packed}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"studiolo"}


def test_the_base_package_needs_no_torch_and_no_pinned_versions():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.split(r"[^\w-]", requirement)[0] for requirement in project["dependencies"]}
    assert not names & {"torch", "transformers", "diffusers", "jax", "tensorflow"}
    assert not [requirement for requirement in project["dependencies"] if "==" in requirement]


def test_version_and_changelog_agree():
    from studiolo import __version__

    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert "## Unreleased" in changelog or f"## [{__version__}]" in changelog


def scripts() -> list[str]:
    """Python files outside the package, which no type checker reads."""
    return sorted(str(file.relative_to(ROOT)) for file in tracked("benchmarks/*.py", "training/*.py"))


@pytest.mark.parametrize("script", scripts())
def test_what_a_script_imports_of_ours_is_there(script: str):
    for node in ast.walk(ast.parse((ROOT / script).read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("studiolo"):
            module = importlib.import_module(str(node.module))
            for alias in node.names:
                there = hasattr(module, alias.name) or find_spec(f"{node.module}.{alias.name}")
                assert there, f"{node.module} has no {alias.name}"
