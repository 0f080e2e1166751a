"""Bring the page's few libraries into the package, at the versions of packages.json.

Run it as ``python vendoring/vendor.py``; it needs npm. The libraries come as their authors published them.
Changed is only how they name each other: a page without a build step and without inline scripts has no
import map, so "preact" becomes "./preact.js".
"""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).parent
VENDOR = HERE.parent / "src/studiolo/web/static/vendor"
LICENCES = "LICENCES.txt"
NAMES = {"preact": "preact.js", "preact/hooks": "hooks.js", "@preact/signals-core": "signals-core.js"}


def main() -> None:
    """Fetch, rename, write; list what was written."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    licences: list[str] = []
    for package, wanted in json.loads((HERE / "packages.json").read_text()).items():
        files = wanted.get("files") or {f"icons/{name}.svg": name for name in sorted({*wanted["icons"]})}
        found = fetch(package, wanted["version"], {**files, wanted["licence"]: LICENCES})
        licences.append(f"{package} {wanted['version']}\n\n{found.pop(LICENCES).decode()}")
        if "icons" in wanted:
            found = {"icons.js": icons_module(found)}
        for target, content in found.items():
            (VENDOR / target).write_bytes(linked(content) if target.endswith(".js") else content)
            print(f"{package} {wanted['version']}  {target}  {len(content):,} bytes")
    (VENDOR / LICENCES).write_text(f"\n{'-' * 80}\n\n".join(licences))


def fetch(package: str, version: str, files: dict[str, str]) -> dict[str, bytes]:
    """The wanted files of a package, by the names they get here."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", "--silent", f"{package}@{version}"],
            cwd=folder, check=True, capture_output=True, text=True,
        )  # fmt: skip
        with tarfile.open(Path(folder) / packed.stdout.strip().splitlines()[-1]) as archive:
            return {target: member(archive, f"package/{name}") for name, target in files.items()}


def icons_module(drawings: dict[str, bytes]) -> bytes:
    """Icons as data, ``name: [[tag, attributes], …]``, so that no markup has to be parsed in the page."""
    icons = {
        name: [[child.tag.split("}")[-1], dict(child.attrib)] for child in ElementTree.fromstring(drawing)]
        for name, drawing in drawings.items()
    }
    rows = [
        f"  {json.dumps(name)}: {json.dumps(parts, separators=(',', ':'))}," for name, parts in icons.items()
    ]
    return "\n".join(
        [
            "// Lucide icons, ISC licence. Made by vendoring/vendor.py.",
            "export const ICONS = {",
            *rows,
            "};",
            "",
        ]
    ).encode()


def member(archive: tarfile.TarFile, name: str) -> bytes:
    """One file of an archive."""
    found = archive.extractfile(name)
    if found is None:
        raise SystemExit(f"{name} is no file of the package.")
    return found.read()


def linked(module: bytes) -> bytes:
    """The module, importing its neighbours by their files; without a pointer to a map that is not here."""
    text = re.sub(r'(from\s*|import\s*)"([^".][^"]*)"', lambda m: f'{m[1]}"./{NAMES[m[2]]}"', module.decode())
    return re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "\n", text).encode()


if __name__ == "__main__":
    main()
