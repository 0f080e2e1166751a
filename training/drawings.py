"""Build the drawings the package ships: `python -m training.drawings`.

Reads what `training.sources` fetched and our own SVGs, keeps what may be shipped and shows a thing, makes the
vectors small, measures each drawing (box, main colours), and writes one archive and its credits.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import resvg_py
from PIL import Image

from training import kinds
from training.sources import Drawing, load_drawings

HERE = Path(__file__).parent
ASSETS = HERE.parent / "src/studiolo/engines/pocket/assets"
# In the order of preference when a style is not asked for.
SHIPPED_SETS = (
    "studiolo",
    "noto",
    "fluent-emoji",
    "fluent-emoji-flat",
    "noto-v1",
    "twemoji",
    "flat-color-icons",
)
LINKS = {
    "noto": "https://github.com/googlefonts/noto-emoji",
    "noto-v1": "https://github.com/googlefonts/noto-emoji",
    "fluent-emoji": "https://github.com/microsoft/fluentui-emoji",
    "fluent-emoji-flat": "https://github.com/microsoft/fluentui-emoji",
    "twemoji": "https://github.com/jdecked/twemoji",
    "flat-color-icons": "https://github.com/icons8/flat-color-icons",
    "studiolo": "https://github.com/studiolo/studiolo",
}
MEASURE_PX = 64
EMBEDDING_WORDS = 10  # keywords that go into the second vector of a name


@dataclass(frozen=True)
class Measured:
    """What is known of a drawing once it is rendered."""

    box: tuple[
        float, float, float, float
    ]  # left, top, right, bottom of the opaque pixels, in shares of the view
    colours: tuple[str, ...]  # up to three, the largest first
    fill: float  # share of the box that is opaque: 1.0 is a filled tile


def main() -> None:
    work = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "work"
    chosen = json.loads((HERE / "drawing_choice.json").read_text("utf-8"))
    drawings = own_drawings() + load_drawings(work, openclipart=False)
    kept = [d for d in drawings if _wanted(d, chosen)]
    cache = _Measures(work / "drawings-measured.json")
    entries = []
    for drawing in kept:
        svg = minify(drawing.svg)
        measured = cache.measure(svg)
        if measured is not None:
            entries.append((drawing, svg, measured))
    cache.save()
    index = build_index(entries, chosen)
    index["kinds"] = kinds.kinds(work, index["concepts"])
    write_archive(ASSETS / "drawings.zip", index, entries)
    (ASSETS / "CREDITS.md").write_text(credits_page(entries), "utf-8")
    size = (ASSETS / "drawings.zip").stat().st_size
    print(f"{len(index['concepts'])} names, {len(entries)} drawings, {size / 1e6:.1f} MB")


class _Measures:
    """Measurements by the drawing's digest, kept between runs: rendering all takes most of a minute."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def measure(self, svg: str) -> Measured | None:
        digest = hashlib.sha256(svg.encode()).hexdigest()
        if digest not in self._known:
            measured = measure(svg)
            self._known[digest] = (
                None if measured is None else [measured.box, measured.colours, measured.fill]
            )
        found = self._known[digest]
        return None if found is None else Measured(tuple(found[0]), tuple(found[1]), found[2])  # type: ignore[arg-type]

    def save(self) -> None:
        self._path.write_text(json.dumps(self._known), "utf-8")


def own_drawings() -> list[Drawing]:
    """The drawings made for this project, for nouns that no emoji shows. Their keywords are in the file."""
    drawings: list[Drawing] = []
    for path in sorted((HERE / "own_drawings").glob("*.svg")):
        svg = path.read_text("utf-8")
        words = re.search(r"<desc>(.*?)</desc>", svg, re.DOTALL)
        drawings.append(
            Drawing(
                id=f"studiolo:{path.stem}",
                set="studiolo",
                name=path.stem.replace("-", " "),
                style="flat",
                keywords=tuple(w.strip() for w in words[1].split(",")) if words else (),
                svg=svg,
                license="Apache-2.0",
                author="The studiolo authors",
                source=LINKS["studiolo"],
                group="own",
            )
        )
    return drawings


def _wanted(drawing: Drawing, chosen: dict[str, Any]) -> bool:
    if drawing.set not in SHIPPED_SETS or not drawing.shippable or drawing.name in chosen["leave_out"]:
        return False
    return drawing.set != "flat-color-icons" or drawing.name in chosen["icons"]


def minify(svg: str) -> str:
    """The same picture in fewer bytes: short ids, none without use, coordinates to 1/10000 of the view."""
    view = re.search(r'viewBox="([^"]+)"', svg)
    span = float(view[1].split()[2]) if view else 100.0
    digits = 3 if span <= 64 else 2
    svg = re.sub(r"<desc>.*?</desc>|<title>.*?</title>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r' d="([^"]*)"', lambda m: f' d="{_shorten(m[1], digits)}"', svg)
    svg = re.sub(r"\.\d{5,}", lambda m: m[0][:5], svg)
    used = Counter(re.findall(r"url\(#([^)]+)\)|href=\"#([^\"]+)\"", svg))
    names = {a or b for a, b in used}
    svg = re.sub(r' id="([^"]+)"', lambda m: m[0] if m[1] in names else "", svg)
    for i, name in enumerate(sorted(names)):
        short = _letters(i)
        svg = svg.replace(f"url(#{name})", f"url(#{short}_)").replace(f'href="#{name}"', f'href="#{short}_"')
        svg = svg.replace(f'id="{name}"', f'id="{short}_"')
    return re.sub(r">\s+<", "><", svg).replace("_)", ")").replace('_"', '"').strip()


def _letters(i: int) -> str:
    return chr(97 + i % 26) + (_letters(i // 26 - 1) if i >= 26 else "")


def _shorten(path: str, digits: int) -> str:
    """Round the decimals of a path. Only digits after a point change, so packed arc flags stay whole."""

    def rounded(match: re.Match[str]) -> str:
        fraction = round(float(match[0]), digits)
        if fraction >= 1:
            return "." + "9" * digits
        text = f"{fraction:.{digits}f}"[1:].rstrip("0")
        return text if len(text) > 1 else ".0"

    return re.sub(rf"\.\d{{{digits + 1},}}", rounded, path)


def measure(svg: str) -> Measured | None:
    """Render small and look; None if nothing shows."""
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=svg, width=MEASURE_PX, height=MEASURE_PX, dpi=96, skip_system_fonts=True
        )
    except ValueError:
        return None
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    opaque = pixels[..., 3] > 40
    if not opaque.any():
        return None
    ys, xs = np.nonzero(opaque)
    height, width = opaque.shape
    box = (xs.min() / width, ys.min() / height, (xs.max() + 1) / width, (ys.max() + 1) / height)
    area = (box[2] - box[0]) * (box[3] - box[1]) * opaque.size
    colours = _main_colours(pixels[opaque][:, :3])
    return Measured(tuple(round(float(v), 4) for v in box), colours, round(float(opaque.sum() / area), 3))  # type: ignore[arg-type]


def _main_colours(pixels: np.ndarray) -> tuple[str, ...]:
    coarse = Counter(map(tuple, (pixels // 32).tolist()))
    found = []
    for key, n in coarse.most_common(3):
        if n > 0.08 * len(pixels):
            mean = pixels[(pixels // 32 == key).all(axis=1)].mean(axis=0)
            found.append("#" + "".join(f"{round(v):02x}" for v in mean))
    return tuple(found)


def build_index(entries: list[tuple[Drawing, str, Measured]], chosen: dict[str, Any]) -> dict[str, Any]:
    """Everything but pixels, as JSON: sets once, and each name once with its drawings in all sets."""
    concepts: dict[str, dict[str, Any]] = {}
    members: dict[str, list[Any]] = defaultdict(list)
    own_aliases: dict[str, list[str]] = {}
    for drawing, _, measured in entries:
        concept = concepts.setdefault(drawing.name, {"keywords": [], "group": drawing.group})
        if drawing.set == "studiolo":  # our own words are chosen with care: as good as names
            own_aliases.setdefault(drawing.name, list(drawing.keywords))
        concept["keywords"] += [w for w in drawing.keywords if w not in concept["keywords"] and len(w) < 40]
        members[drawing.name].append(
            [drawing.set, drawing.id.split(":", 1)[1], measured.box, measured.colours, measured.fill]
        )
    unknown = set(chosen["aliases"]) - set(concepts)
    if unknown:
        print("aliases for names that are not there:", sorted(unknown))
    sets = {}
    for name in SHIPPED_SETS:
        first = next(d for d, _, _ in entries if d.set == name)
        sets[name] = {
            "style": first.style,
            "licence": first.license,
            "author": first.author,
            "source": LINKS[name],
        }
    return {
        "version": 1,
        "sets": sets,
        "lacks": chosen["lacks"],
        "concepts": [
            {
                "name": name,
                "aliases": [*chosen["aliases"].get(name, []), *own_aliases.get(name, [])],
                **concept,
                "drawings": members[name],
            }
            for name, concept in sorted(concepts.items())
        ],
    }


def write_archive(path: Path, index: dict[str, Any], entries: list[tuple[Drawing, str, Measured]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        _put(archive, "index.json", json.dumps(index, separators=(",", ":")).encode())
        for name, vectors in embeddings(index).items():
            stream = io.BytesIO()
            np.save(stream, vectors)
            _put(archive, name, stream.getvalue())
        for drawing, svg, _ in entries:
            prefix, key = drawing.id.split(":", 1)
            _put(archive, f"{prefix}/{key}.svg", svg.encode())


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))  # the same input makes the same bytes
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data, compresslevel=9)


def embeddings(index: dict[str, Any]) -> dict[str, np.ndarray]:
    """Unit vectors of every name alone and with its keywords, as int8 (127 is 1.0)."""
    from studiolo.embedding import TextEmbedder

    embedder = TextEmbedder()
    names = [c["name"] for c in index["concepts"]]
    with_words = [
        ", ".join([c["name"], *c["aliases"], *c["keywords"]][:EMBEDDING_WORDS]) for c in index["concepts"]
    ]
    return {
        "names.npy": _quantised(embedder.embed(names)),
        "descriptions.npy": _quantised(embedder.embed(with_words)),
    }


def _quantised(vectors: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(vectors * 127), -127, 127).astype(np.int8)


def credits_page(entries: list[tuple[Drawing, str, Measured]]) -> str:
    lines = [
        "# Credits of the drawings",
        "",
        "`drawings.zip` carries drawings of these sets. Their paths were rounded and their ids shortened;",
        "the painter recolours, mirrors and composes them. Written by `python -m training.drawings`.",
        "",
        "| set | author | licence | source | drawings |",
        "|---|---|---|---|---|",
    ]
    counts = Counter(d.set for d, _, _ in entries)
    for name in SHIPPED_SETS:
        first = next(d for d, _, _ in entries if d.set == name)
        lines.append(f"| {name} | {first.author} | {first.license} | {LINKS[name]} | {counts[name]} |")
    lines += [
        "",
        "Which words mean a kind of what is drawn comes from WordNet 3.0, © 2006 Princeton University,",
        f"{kinds.LINK} (WordNet 3.0 licence).",
    ]
    credited = sorted(d.name for d, _, _ in entries if d.license.startswith("CC-BY"))
    if credited:
        lines += ["", "## Twemoji, drawing by drawing (CC-BY-4.0, © Twitter, Inc and other contributors)", "",
                  ", ".join(credited) + "."]  # fmt: skip
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
