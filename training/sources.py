"""The drawings: openly licensed vector art out of package registries, with names, keywords and licences.

`fetch` downloads (npm: Iconify's icon sets and Emojibase's keywords; Debian: Openclipart), `load_drawings`
reads what lies there and keeps drawings of *things*: no flags, brands, letters, signs or skin-tone doubles.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

ICONIFY = "@iconify/json@2.2.535"
EMOJIBASE = "emojibase-data@17.0.0"
OPENCLIPART_INSTALLED = Path("/usr/share/openclipart/svg")
SHIPPABLE = frozenset({"Apache-2.0", "MIT", "CC0-1.0", "CC-BY-4.0", "LicenseRef-PublicDomain"})


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """One drawing of one thing."""

    id: str  # "noto:red-apple"
    set: str
    name: str  # "red apple"
    style: str  # the word a prompt uses to ask for this look
    keywords: tuple[str, ...]  # other words people use for the thing, the set's aliases first
    svg: str  # a complete document
    license: str  # SPDX
    author: str
    source: str  # where it can be looked up
    group: str = ""  # Unicode's group or the set's own category, "" if neither is known

    @property
    def shippable(self) -> bool:
        """Whether the package may carry it (share-alike drawings may not)."""
        return self.license in SHIPPABLE


@dataclass(frozen=True)
class IconSet:
    """How one Iconify set is read: its style word, and which of its categories draw things."""

    style: str
    emoji: bool = True
    categories: tuple[str, ...] = ()  # empty: all


ICON_SETS: Mapping[str, IconSet] = {
    "noto": IconSet("emoji"),
    "noto-v1": IconSet("blob"),
    "fxemoji": IconSet("retro"),
    "fluent-emoji": IconSet("3d"),
    "fluent-emoji-flat": IconSet("flat"),
    "twemoji": IconSet("sticker"),
    "emojione": IconSet("cartoon"),
    "streamline-emojis": IconSet("outline"),
    "flat-color-icons": IconSet("icon", emoji=False),
    "streamline-kameleon-color": IconSet(
        "badge",
        emoji=False,
        categories=("BuildingConstruction", "Culture", "Ecology", "Entertainment", "Family", "FoodDrink",
                    "MapTravel", "SchoolScience", "Sport"),
    ),
    "streamline-stickies-color": IconSet(
        "doodle",
        emoji=False,
        categories=("CultureHolidays", "EcologyNature", "SchoolScience", "TransportLandmark", "TravelRating"),
    ),
    "streamline-ultimate-color": IconSet(
        "line",
        emoji=False,
        categories=("EntertainmentEventsHobbies", "FoodDrinks", "HealthBeauty", "Science", "Sports",
                    "Transportation", "Weather"),
    ),
}  # fmt: skip

OPENCLIPART_FOLDERS = ("animals", "buildings", "containers", "food", "geography", "household", "office",
                       "people", "plants", "recreation", "tools", "toys", "transportation")  # fmt: skip
OPENCLIPART_MAX_BYTES = 200_000  # larger ones are mostly traced photographs

# Unicode's groups and subgroups (Emojibase's keys) that draw signs rather than things.
SIGN_GROUPS = frozenset({"symbols", "flags", "component"})
SIGN_SUBGROUPS = frozenset({"skin-tone", "person-symbol", "transport-sign"})
SIGN_NAMES = re.compile(
    r"""\b(flag|flags|logo|button|arrow|arrows|keycap|letter|sign|symbol|square|o.clock|thirty|zodiac|suit
    |exclamation|question|number|digit|hundred|kanji|ideograph|squared|negative|regional|japanese|index
    |triangle|circle|diamond\ with\ a\ dot|alphabet|input|zzz|heavy|cyclone\ sign|clock\d*|trademark|copyright
    |registered|tone\d?|skin|genealogical|ophiuchus|aries|taurus|gemini|cancer|virgo|libra|scorpius|sagittarius
    |capricorn|aquarius|pisces|middle\ finger|facing\ right|dribbble|android|google|bbc|linux|steam|nfc|vip
    |about|add|accept|cancel|database|column|row|menu|minus|plus|left|right|up|down|list|chart|graph|view
    |template|sheet|text|document|file|folder|expand|collapse|undo|redo|upload|download|download|ratings
    |priority|bw|duplicates|button|template|diagram|plan|arms|emblem|tux|road|traffic\ sign)\b""",
    re.VERBOSE,
)
# Words above that are signs in icon sets but things among emoji ("page facing up", "right anger bubble").
_SIGNS_ONLY_IN_ICONS = frozenset(
    {"about", "add", "accept", "cancel", "row", "menu", "left", "right", "up", "down", "list", "chart",
     "graph", "view", "text", "document", "file", "folder", "plan", "road", "index", "triangle",
     "input", "question"}
)  # fmt: skip
SKIN_TONE = re.compile(r"-(?:(?:medium-)?(?:light|dark)|medium)(?:-skin-tone)?$|-skin-tone|-tone-?\d")
FAMILY = re.compile(
    r"^(family|kiss|couple-with-heart|couple)-|-holding-hands-|-facing-right|^deaf-|^(wo)?men-"
)
VARIANT = re.compile(r"-(?:\d+|duo|flat)$")


def fetch(work: Path) -> None:
    """Download and unpack the sources into `work`; what is already there stays."""
    work.mkdir(parents=True, exist_ok=True)
    _npm_unpack(ICONIFY, work / "iconify")
    _npm_unpack(EMOJIBASE, work / "emojibase")
    _fetch_openclipart(work)


def _npm_unpack(package: str, folder: Path) -> None:
    if (folder / "package").is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    packed = subprocess.run(
        ["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True
    )
    tarball = folder / packed.stdout.split()[-1]
    with tarfile.open(tarball) as tar:
        tar.extractall(folder, filter="data")
    tarball.unlink()


def _fetch_openclipart(work: Path) -> None:
    if OPENCLIPART_INSTALLED.is_dir() or (work / "openclipart").is_dir():
        return
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        print("openclipart-svg skipped: it comes from Debian, and apt-get is not on this machine")
        return
    try:
        subprocess.run(["apt-get", "download", "openclipart-svg"], cwd=work, check=True)
    except subprocess.CalledProcessError:
        print("openclipart-svg skipped: apt-get could not download it")
        return
    package = next(work.glob("openclipart-svg_*.deb"))
    unpacked = work / "openclipart-deb"
    subprocess.run(["dpkg", "-x", package, unpacked], check=True)
    shutil.move(unpacked / "usr/share/openclipart/svg", work / "openclipart")
    shutil.rmtree(unpacked)
    package.unlink()


def load_drawings(work: Path, *, openclipart: bool = True) -> list[Drawing]:
    """All drawings under `work`, in a fixed order (sets as in `ICON_SETS`, then Openclipart)."""
    emoji = _Emoji(work)
    drawings = [drawing for prefix in ICON_SETS for drawing in _icon_set(work, prefix, emoji)]
    if openclipart:
        drawings += _openclipart(work)
    return drawings


def summary(drawings: list[Drawing]) -> str:
    """Drawings and names by set, as a table."""
    counts = Counter(d.set for d in drawings)
    names = {s: len({d.name for d in drawings if d.set == s}) for s in counts}
    lines = [f"{s:28} {n:6} drawings {names[s]:6} names" for s, n in counts.items()]
    return "\n".join(
        [*lines, f"{'all':28} {len(drawings):6} drawings {len({d.name for d in drawings}):6} names"]
    )


class _Emoji:
    """What Emojibase knows about an emoji: its keywords and groups, found by any name a set gives it."""

    def __init__(self, work: Path) -> None:
        base = work / "emojibase/package/en"
        messages = json.loads((base / "messages.json").read_text("utf-8"))
        groups = {g["order"]: g["key"] for g in messages["groups"]}
        subgroups = {g["order"]: g["key"] for g in messages["subgroups"]}
        # Two subgroups share an order number in version 17 (food-marine and food-sweet); neither is a sign.
        self._by_name: dict[str, dict[str, Any]] = {}
        by_hexcode: dict[str, dict[str, Any]] = {}
        for entry in json.loads((base / "data.json").read_text("utf-8")):
            entry["group"] = groups.get(entry.get("group"), "")
            entry["subgroup"] = subgroups.get(entry.get("subgroup"), "")
            by_hexcode[_hexcode(entry["hexcode"])] = entry
            self._by_name[_squash(entry["label"])] = entry
        for prefix in ("noto", "twemoji"):  # these two list code points, so their names lead to entries too
            chars: dict[str, str] = _read_set(work, prefix).get("chars", {})
            for code, name in chars.items():
                if (found := by_hexcode.get(_hexcode(code))) is not None:
                    self._by_name.setdefault(_squash(name), found)
        words = {w for e in by_hexcode.values() for w in re.findall(r"[a-z]+", e["label"].lower())}
        self._words = frozenset(w for w in words if len(w) > 2) | {"of", "on", "in", "up", "no"}

    def is_label(self, name: str) -> bool:
        """Whether this is exactly the name of an emoji that stands for itself ("police-car-light")."""
        entry = self.find(name)
        return entry is not None and _squash(entry["label"]) == _squash(name) and not FAMILY.search(name)

    def split(self, name: str) -> str:
        """Find the words in "lockwithinkpen"; a name that does not fall into known words stays as it is."""
        best: dict[int, list[str]] = {0: []}
        for end in range(1, len(name) + 1):
            parts = [[*best[i], name[i:end]] for i in best if name[i:end] in self._words]
            if parts:
                best[end] = min(parts, key=len)
        return " ".join(best.get(len(name), [name]))

    def find(self, name: str) -> dict[str, Any] | None:
        return self._by_name.get(_squash(name))


def _hexcode(code: str) -> str:
    return "-".join(part.lstrip("0") for part in code.upper().split("-") if part != "FE0F")


def _squash(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _read_set(work: Path, prefix: str) -> dict[str, Any]:
    return json.loads((work / f"iconify/package/json/{prefix}.json").read_text("utf-8"))


def _icon_set(work: Path, prefix: str, emoji: _Emoji) -> Iterator[Drawing]:
    spec = ICON_SETS[prefix]
    data = _read_set(work, prefix)
    info = data["info"]
    aliases: dict[str, list[str]] = {}
    for alias, target in data.get("aliases", {}).items():
        if set(target) == {"parent"}:  # others are mirrored or turned: not another word for the same drawing
            aliases.setdefault(target["parent"], []).append(alias)
    category = {icon: key for key, icons in data.get("categories", {}).items() for icon in icons}
    for key, icon in data["icons"].items():
        names = [key, *aliases.get(key, [])]
        if icon.get("hidden") or (_is_double(key, data["icons"]) and not emoji.is_label(key)):
            continue
        if spec.categories and category.get(key) not in spec.categories:
            continue
        entry = next((e for e in map(emoji.find, map(_spoken, names)) if e), None)
        name = _spoken(key)
        if prefix == "fxemoji":  # its names have no spaces
            name = entry["label"].lower() if entry else emoji.split(key)
        if _is_sign(name, entry, category.get(key, ""), emoji=spec.emoji):
            continue
        words = [*map(_spoken, names[1:]), *([entry["label"], *entry.get("tags", [])] if entry else [])]
        yield Drawing(
            id=f"{prefix}:{key}",
            set=prefix,
            name=name,
            style=spec.style,
            keywords=tuple(dict.fromkeys(w for w in words if w != name)),
            svg=_document(data, icon),
            license=info["license"]["spdx"],
            author=info["author"]["name"],
            source=info["author"].get("url", ""),
            group=entry["group"] if entry else category.get(key, ""),
        )


def _is_double(key: str, icons: Mapping[str, Any]) -> bool:
    """Whether a drawing repeats another with another skin, another couple or the other direction."""
    if FAMILY.search(key) or "skin-tone" in key or re.search(r"-tone-?\d", key):
        return True
    return SKIN_TONE.search(key) is not None and SKIN_TONE.sub("", key) in icons


def _is_sign(name: str, entry: Mapping[str, Any] | None, category: str, *, emoji: bool) -> bool:
    if entry is not None:
        if entry["group"] in SIGN_GROUPS or entry["subgroup"] in SIGN_SUBGROUPS:
            return True
        if entry["subgroup"] == "time" and re.search(r"o.clock|thirty", entry["label"]):
            return True
    if category in {"Flags", "Symbols"} and entry is None:
        return True
    if len(re.sub(r"[^a-z]", "", name)) < 2:
        return True
    found = {m.group(0) for m in SIGN_NAMES.finditer(name)}
    return bool(found - _SIGNS_ONLY_IN_ICONS if emoji else found) and not (entry and _is_thing(entry))


def _is_thing(entry: Mapping[str, Any]) -> bool:
    return entry["group"] in {
        "animals-nature",
        "food-drink",
        "objects",
        "activities",
        "smileys-emotion",
        "travel-places",
    }


def _spoken(key: str) -> str:
    """ "light-bulb-2-duo" → "light bulb"."""
    return VARIANT.sub("", VARIANT.sub("", key)).replace("-", " ").strip()


def _document(data: Mapping[str, Any], icon: Mapping[str, Any]) -> str:
    def number(key: str, default: int) -> Any:
        return icon.get(key, data.get(key, default))

    width, height = number("width", 16), number("height", 16)
    box = f"{number('left', 0)} {number('top', 0)} {width} {height}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}" height="{height}" viewBox="{box}">{icon["body"]}</svg>'
    )


def _openclipart(work: Path) -> Iterator[Drawing]:
    root = next((p for p in (work / "openclipart", OPENCLIPART_INSTALLED) if p.is_dir()), None)
    if root is None:
        return
    seen: set[str] = set()
    for path in sorted(root.rglob("*.svg")):
        folder = path.relative_to(root).parts[0]
        if (
            folder not in OPENCLIPART_FOLDERS
            or path.stem in seen
            or path.stat().st_size > OPENCLIPART_MAX_BYTES
        ):
            continue
        seen.add(path.stem)
        drawing = _clipart(path, folder, path.relative_to(root))
        if drawing is not None:
            yield drawing


def _clipart(path: Path, folder: str, relative: Path) -> Drawing | None:
    svg = path.read_text("utf-8", errors="replace")
    if "PublicDomain" not in svg or "<image" in svg:
        return None
    try:
        root = ET.fromstring(svg)
    except ET.ParseError:
        return None
    dc = "{http://purl.org/dc/elements/1.1/}"
    title = _text(root, f".//{{*}}Work/{dc}title")
    name = " ".join(re.sub(r"[^a-z ]+|clipart by nicu buculei|cartoon| bw$", " ", title.lower()).split())
    subjects = [
        e.text.strip().lower() for e in root.findall(f".//{dc}subject//{{*}}li") if e.text and e.text.strip()
    ]
    signs = SIGN_NAMES.search(" ".join([name, *subjects, *relative.parts[:-1]]).replace("_", " "))
    if signs or not 3 <= len(name) <= 40 or path.stem.endswith("_bw") or "_bw_" in path.stem:
        return None
    return Drawing(
        id=f"openclipart:{relative.with_suffix('').as_posix()}",
        set="openclipart",
        name=name,
        style="clipart",
        keywords=tuple(dict.fromkeys(w for w in subjects if w != name and "hash" not in w)),
        svg=svg,
        license="LicenseRef-PublicDomain",
        author=_text(root, f".//{dc}creator//{dc}title") or "Openclipart",
        source="https://openclipart.org",
        group=folder,
    )


def _text(root: ET.Element, path: str) -> str:
    found = root.find(path)
    return (found.text or "").strip() if found is not None else ""
