"""Colours by the names people give them: name → base colour and sRGB.

Names and values are of the XKCD colour survey (Randall Munroe, 2010; CC0), a choice of the polite ones, and
one white is of CSS Color Module Level 4. The thirteen bases are Berlin and Kay's eleven basic terms, with
turquoise and beige between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NAMES: dict[str, str] = {
    "red": (
        "red=e50000, orange red=fd411e, bright red=ff000d, "
        "dark red=840000, brick red=8f1402, pale red=d9544d, "
        "crimson=8c000f, scarlet=be0119, blood red=980002, tomato red=ec2d01, burgundy=610023, "
        "maroon=650021, light red=ff474c, dull red=bb3f3f"
    ),
    "orange": (
        "orange=f97306, bright orange=ff5b00, burnt orange=c04e01, dark orange=c65102, "
        "light orange=fdaa48, tangerine=ff9408, terracotta=ca6641, peach=ffb07c, "
        "pastel orange=ff964f, dull orange=d8863b, salmon=ff796c, coral=fc5a50, yellow orange=fcb001, "
        "apricot=ffb16d"
    ),
    "yellow": (
        "yellow=ffff14, golden yellow=fec615, mustard=ceb301, pale yellow=ffff84, light yellow=fffe7a, "
        "dark yellow=d5b60a, lemon yellow=fdff38, gold=dbb40c, amber=feb308, dull yellow=eedc5b, "
        "pale gold=fdde6c, greenish yellow=cdfd02, pastel yellow=fffe71"
    ),
    "green": (
        "green=15b01a, dark green=033500, light green=96f97b, bright green=01ff07, forest green=06470c, "
        "lime green=89fe05, olive green=677a04, grass green=3f9b0b, pale green=c7fdb5, sea green=53fca1, "
        "mint green=8fff9f, moss green=658b38, sage=87ae73, emerald green=028f1e, leaf green=5ca904, "
        "pastel green=b0ff9d, medium green=39ad48, olive=6e750e, yellow green=c0fb2d, soft green=6fc276, "
        "seafoam=80f9ad, light olive=acbf69, dull green=74a662, light sage=bcecac, army green=4b5d16, "
        "light moss green=a6c875, dark sage=598556, lime=aaff32, light mint=b6ffbb, deep green=02590f, "
        "pine=2b5d34, grey green=789b73"
    ),
    "turquoise": (
        "turquoise=06c2ac, teal=029386, dark teal=014d4e, cyan=00ffff, light teal=90e4c1, "
        "dark turquoise=045c5a, light turquoise=7ef4cc, aqua=13eac9, aquamarine=04d8b2, "
        "pale turquoise=a5fbd5, dark cyan=0a888a, light cyan=acfffc, pale teal=82cbb2, "
        "bright turquoise=0ffef9, dull teal=5f9e8f, deep teal=00555a, dusty teal=4c9085, "
        "blue green=137e6d"
    ),
    "blue": (
        "blue=0343df, light blue=95d0fc, dark blue=00035b, sky blue=75bbfd, navy blue=001146, "
        "royal blue=0504aa, deep blue=040273, pale blue=d0fefe, bright blue=0165fc, slate blue=5b7c99, "
        "grey blue=6b8ba4, steel blue=5a7d9a, powder blue=b1d1fc, cornflower blue=5170d7, cobalt=1e488f, "
        "azure=069af3, ice blue=d7fffe, midnight blue=020035, medium blue=2c6fbb, dusty blue=5a86ad, "
        "periwinkle=8e82fe, baby blue=a2cffe, soft blue=6488ea, dull blue=49759c, muted blue=3b719f, "
        "dark grey blue=29465b, light grey blue=9dbcd4, light navy=155084, ocean blue=03719c, "
        "pastel blue=a2bffe, indigo=380282, dark slate blue=214761, dark navy=000435, "
        "very light blue=d5ffff"
    ),
    "purple": (
        "purple=7e1e9c, light purple=bf77f6, dark purple=35063e, violet=9a0eea, lavender=c79fef, "
        "lilac=cea2fd, plum=580f41, deep purple=36013f, bright purple=be03fd, pale purple=b790d4, "
        "royal purple=4b006e, pale lavender=eecffe, soft purple=a66fb5, medium purple=9e43a2, "
        "eggplant=380835, light lavender=dfc5fe, dark violet=34013f, blue violet=5d06e9, "
        "grey purple=826d8c, very light purple=f6cefc, light indigo=6d5acf"
    ),
    "pink": (
        "pink=ff81c0, light pink=ffd1df, hot pink=ff028d, pale pink=ffcfdc, deep pink=cb0162, "
        "rose=cf6275, dusty pink=d58a94, magenta=c20078, bright pink=fe01b1, dark pink=cb416b, "
        "fuchsia=ed0dd9, salmon pink=fe7b7c, blush pink=fe828c, baby pink=ffb7ce, dusty rose=c0737a, "
        "soft pink=fdb0c0, light magenta=fa5ff7, very light pink=fff4f2, raspberry=b00149, "
        "pale magenta=d767ad, pale rose=fdc1c5, purplish pink=ce5dae"
    ),
    "brown": (
        "brown=653700, light brown=ad8150, dark brown=341c02, reddish brown=7f2b0a, tan=d1b26f, "
        "chocolate brown=411900, pale brown=b1916e, golden brown=b27a01, rust=a83c09, chestnut=742802, "
        "caramel=af6f09, coffee=a6814c, dull brown=876e4b, greyish brown=7a6a4f, medium brown=7f5112, "
        "very dark brown=1d0200, copper=b66325, sandy brown=c4a661, ochre=bf9005, bronze=a87900, "
        "olive brown=645403, purplish brown=6b4247, mahogany=4a0100, pinkish brown=b17261"
    ),
    "beige": (
        "beige=e6daa6, sand=e2ca76, taupe=b9a281, khaki=aaa662, light beige=fffeb6, light tan=fbeeac, "
        "dark beige=ac9362, dark khaki=9b8f55, pale peach=ffe5ad, light peach=ffd8b1"
    ),
    "grey": (
        "grey=929591, light grey=d8dcd6, dark grey=363737, slate grey=59656d, medium grey=7d7f7c, "
        "charcoal grey=3c4142, warm grey=978a84, cool grey=95a3a6, bluish grey=748b97, "
        "steel grey=6f828a, brownish grey=86775f, silver=c5c9c7"
    ),
    "white": ("white=ffffff, off white=ffffe4, ivory=ffffcb, cream=ffffc2, near white=f5f5f5"),
    "black": ("black=000000, near black=070d0d"),
}

# The survey's pale colours are strong ones: what is paler still has the name of the tint it is nearest to.
_TINTS = (
    ("pale blue", "c5e0f2"), ("pale blue", "dfedf8"), ("pale green", "cfe8cf"), ("pale green", "e3f2e1"),
    ("pale pink", "f5dce0"), ("pale yellow", "f7f0c8"), ("pale purple", "dcd6ec"), ("light peach", "f7dcc4"),
)  # fmt: skip
_COLOURLESS = 0.012  # OKLab chroma
_GREYS = (
    (0.12, "black"), (0.24, "near black"), (0.4, "charcoal grey"), (0.52, "dark grey"), (0.7, "grey"),
    (0.85, "silver"), (0.93, "light grey"), (0.985, "near white"), (9.0, "white"),
)  # fmt: skip

# Between these people disagree: what one calls beige another calls brown or yellow.
NEIGHBOURS: dict[str, frozenset[str]] = {
    "red": frozenset({"orange", "pink", "brown"}),
    "orange": frozenset({"red", "yellow", "brown"}),
    "yellow": frozenset({"orange", "beige"}),
    "green": frozenset({"turquoise"}),
    "turquoise": frozenset({"green", "blue"}),
    "blue": frozenset({"turquoise", "purple"}),
    "purple": frozenset({"blue", "pink"}),
    "pink": frozenset({"red", "purple"}),
    "brown": frozenset({"orange", "red", "beige"}),
    "beige": frozenset({"brown", "yellow", "white"}),
    "grey": frozenset({"black", "white"}),
    "white": frozenset({"grey", "beige"}),
    "black": frozenset({"grey"}),
}


@dataclass(frozen=True, slots=True)
class ColourName:
    """One name: its base colour and 8-bit sRGB."""

    name: str
    base: str
    rgb: tuple[int, int, int]


@cache
def colour_names() -> tuple[ColourName, ...]:
    """All of them."""
    pairs = ((base, item.split("=")) for base, names in _NAMES.items() for item in names.split(", "))
    named = tuple(ColourName(name, base, _rgb(value)) for base, (name, value) in pairs)
    base_of_name = {colour.name: colour.base for colour in named}
    return (*named, *(ColourName(name, base_of_name[name], _rgb(value)) for name, value in _TINTS))


def nearest_name(lab: NDArray[np.float64]) -> ColourName:
    """The name nearest to one OKLab colour; what has hardly any colour is a grey, whatever tint is nearer."""
    import numpy as np

    if float(np.hypot(lab[1], lab[2])) < _COLOURLESS:
        name = next(name for limit, name in _GREYS if lab[0] < limit)
        return next(colour for colour in colour_names() if colour.name == name)
    return colour_names()[int(np.argmin(((_vocabulary() - lab) ** 2).sum(axis=1)))]


def base_of(word: str) -> str | None:
    """The base colour of a word someone asks with ("navy", "light blue", "gray"), None if it is no colour."""
    word = word.lower().replace("gray", "grey").replace("-", " ").strip()
    if word in _NAMES:
        return word
    known = next((colour.base for colour in colour_names() if colour.name == word), None)
    if known:
        return known
    last = word.rpartition(" ")[2]
    return _SYNONYMS.get(last) or (base_of(last) if last != word else None)


_SYNONYMS = {
    "golden": "yellow", "navy": "blue", "violet": "purple", "cream": "white", "cyan": "turquoise",
    "silver": "grey", "reddish": "red", "bluish": "blue", "greenish": "green", "yellowish": "yellow",
    "purplish": "purple", "pinkish": "pink", "brownish": "brown", "blonde": "yellow", "lemon": "yellow",
    "emerald": "green", "mint": "green", "ruby": "red", "charcoal": "grey", "chocolate": "brown",
}  # fmt: skip


@cache
def _vocabulary() -> NDArray[np.float64]:
    import numpy as np

    from studiolo.imaging.colours import to_oklab

    return to_oklab(np.array([colour.rgb for colour in colour_names()], np.float64) / 255)


def _rgb(value: str) -> tuple[int, int, int]:
    return int(value[:2], 16), int(value[2:4], 16), int(value[4:], 16)
