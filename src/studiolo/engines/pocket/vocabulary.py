"""The English the planner knows: colours, numbers, sizes, verbs, fillers, singulars; and lookups in it."""

from __future__ import annotations

from collections.abc import Iterator

from studiolo.engines.pocket.scene import Position, RelationKind, Size
from studiolo.engines.pocket.words import words

COLOURS: dict[str, str] = {
    "red": "#e23b3b", "orange": "#f58a1f", "yellow": "#f8d12f", "green": "#3fa84a", "blue": "#2f74d8",
    "purple": "#8a45c9", "pink": "#f77fb2", "brown": "#8a5734", "black": "#2b2b30", "white": "#f7f7f5",
    "gray": "#8f949b", "gold": "#e0a92e", "silver": "#bcc3cc", "turquoise": "#2fc4bb", "teal": "#148b8b",
    "cyan": "#33c6e8", "navy": "#1f2f6e", "crimson": "#b9163a", "scarlet": "#e0281a", "maroon": "#7c1f2d",
    "burgundy": "#74182f", "lime": "#9bd62e", "olive": "#7c7f2b", "mint": "#98e3c0", "emerald": "#1d9d63",
    "beige": "#e3d3b0", "cream": "#f7ecd0", "ivory": "#f6f1e0", "tan": "#cfa878", "khaki": "#b9ad76",
    "magenta": "#d936a8", "fuchsia": "#e23bb4", "violet": "#7d4fd6", "indigo": "#4638a8",
    "lavender": "#b9a4ea", "lilac": "#c79fe0", "coral": "#fb7c66", "salmon": "#fa9584", "peach": "#fdbf96",
    "apricot": "#fbb573", "rose": "#ee6c8f", "ruby": "#c31d4b", "amber": "#f6ab1c", "mustard": "#d9a521",
    "bronze": "#b07a3c", "copper": "#bd6b3e", "rust": "#ac4a22", "charcoal": "#41454d", "azure": "#3d98f2",
    "aqua": "#3ed1d6", "plum": "#7c3568", "chocolate": "#5f3a22", "sand": "#dcc391",
}  # fmt: skip
COLOUR_SYNONYMS: dict[str, str] = {
    "grey": "gray", "golden": "gold", "silvery": "silver", "violett": "violet", "reddish": "red",
    "bluish": "blue", "greenish": "green", "yellowish": "yellow", "blonde": "yellow", "sky-blue": "azure",
    "ginger": "orange", "snow-white": "white", "jet-black": "black", "turqoise": "turquoise",
    "purplish": "purple", "pinkish": "pink", "brownish": "brown", "ochre": "mustard",
}  # fmt: skip
SHADES: dict[str, str] = {
    "light": "light", "pale": "light", "pastel": "light", "soft": "light", "bright": "", "vivid": "",
    "dark": "dark", "deep": "dark", "royal": "dark", "baby": "light", "hot": "", "neon": "", "forest": "dark",
    "sky": "light", "midnight": "dark", "lemon": "light", "blood": "dark",
}  # fmt: skip

NUMBERS: dict[str, int] = {
    "a": 1, "an": 1, "one": 1, "single": 1, "two": 2, "couple": 2, "pair": 2, "both": 2, "three": 3,
    "trio": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 9, "dozen": 9,
    "several": 4, "few": 3, "some": 3, "many": 6, "multiple": 4, "lots": 7, "group": 4, "bunch": 4,
    "flock": 6, "herd": 5, "pack": 4, "row": 4, "stack": 3, "pile": 5, "crowd": 8, "various": 4,
    "numerous": 7, "twin": 2,
}  # fmt: skip
MAX_COUNT = 9

SIZES: dict[str, Size] = {
    "tiny": "tiny", "teeny": "tiny", "miniature": "tiny", "mini": "tiny", "minuscule": "tiny",
    "small": "small", "little": "small", "short": "small", "big": "big", "large": "big", "tall": "big",
    "huge": "huge", "giant": "huge", "gigantic": "huge", "enormous": "huge", "massive": "huge",
    "oversized": "huge", "colossal": "huge",
}  # fmt: skip

# Phrases that say how the thing before stands to the thing after, longest match first.
RELATIONS: dict[str, RelationKind] = {
    "to the left of": "left_of", "on the left of": "left_of", "on the left side of": "left_of",
    "at the left of": "left_of", "left of": "left_of", "left from": "left_of",
    "to the left side of": "left_of", "to the right of": "right_of", "on the right of": "right_of",
    "on the right side of": "right_of", "at the right of": "right_of", "right of": "right_of",
    "right from": "right_of", "to the right side of": "right_of", "above": "above", "over": "above",
    "high above": "above", "up above": "above", "below": "below", "beneath": "under", "underneath": "under",
    "under": "under", "on top of": "on", "on the top of": "on", "atop": "on", "upon": "on", "on": "on",
    "onto": "on", "in": "in", "inside": "in", "inside of": "in", "within": "in", "into": "in",
    "out of": "in", "next to": "next_to", "beside": "next_to", "besides": "next_to", "by": "next_to",
    "near": "next_to", "close to": "next_to", "alongside": "next_to", "at": "next_to",
    "by the side of": "next_to", "around": "next_to", "opposite": "next_to", "facing": "next_to",
    "side by side with": "next_to", "against": "next_to", "along": "next_to", "across": "next_to",
    "through": "next_to", "toward": "next_to", "towards": "next_to", "to": "next_to", "from": "next_to",
    "together with": "with", "along with": "with", "between": "between", "in between": "between",
    "in front of": "in_front_of", "before": "in_front_of", "ahead of": "in_front_of", "behind": "behind",
    "in back of": "behind", "at the back of": "behind", "with": "with", "wearing": "wearing",
    "dressed in": "wearing", "having": "with", "surrounded by": "next_to", "decorated with": "with",
    "covered with": "with", "covered in": "with", "filled with": "with", "made of": "with",
    "full of": "with",
}  # fmt: skip
POSITIONS: dict[str, Position] = {
    "on the left": "left", "on the left side": "left", "at the left": "left", "to the left": "left",
    "on the left hand side": "left", "in the left corner": "left", "on the right": "right",
    "on the right side": "right", "at the right": "right", "to the right": "right",
    "on the right hand side": "right", "in the right corner": "right", "at the top": "top",
    "on the top": "top", "on top": "top", "above it": "top", "overhead": "top", "at the bottom": "bottom",
    "on the bottom": "bottom", "on the ground": "bottom", "on the floor": "bottom",
    "in the middle": "centre", "in the center": "centre", "in the centre": "centre",
    "at the center": "centre", "in the background": "background", "in the distance": "background",
    "in the foreground": "foreground", "in the front": "foreground", "in the back": "background",
}  # fmt: skip

# Verbs with an object: what they say about where the object is.
TRANSITIVE: dict[str, RelationKind] = {
    "eat": "with", "drink": "with", "hold": "with", "carry": "with", "read": "with", "play": "with",
    "ride": "on", "drive": "in", "wear": "wearing", "chase": "left_of", "watch": "next_to",
    "hug": "next_to", "kick": "with", "push": "next_to", "pull": "next_to", "smell": "next_to",
    "follow": "left_of", "lick": "with", "bite": "with", "catch": "with", "throw": "with", "cook": "with",
    "paint": "next_to", "use": "with", "climb": "on", "guard": "next_to", "meet": "next_to",
    "kiss": "next_to", "water": "next_to", "bring": "with", "juggle": "with", "enjoy": "with",
    "visit": "next_to", "pilot": "in", "have": "with", "steal": "with", "balance": "with",
    "hunt": "left_of", "feed": "next_to", "build": "next_to", "show": "with", "contain": "in",
    "love": "next_to", "cross": "on", "skateboard": "on", "wash": "next_to", "want": "next_to",
    "look": "next_to", "find": "next_to", "fight": "next_to", "fly": "with", "cuddle": "with",
}  # fmt: skip
INTRANSITIVE = words(
    "sit stand lie lay sleep rest nap jump hop leap run walk swim float hang stay wait grow shine dance",
    "sing smile laugh cry glide sail travel stare perch hide stick lean crawl roll dive bounce fall rise",
    "soar hover pose relax live bloom burn glow sparkle drift park rain snow set swing skate ski surf",
    "land circle wander gallop trot graze nest bathe splash fish camp hike wave wink blink flow face rain",
    "stroll snooze doze snuggle rock spin peek lounge meditate work study surround",
)
_IRREGULAR_FORMS = {
    "ate": "eat", "eaten": "eat", "drank": "drink", "held": "hold", "rode": "ride", "ridden": "ride",
    "drove": "drive", "wore": "wear", "worn": "wear", "caught": "catch", "threw": "throw", "sat": "sit",
    "stood": "stand", "lying": "lie", "laying": "lay", "slept": "sleep", "ran": "run", "swam": "swim",
    "hung": "hang", "grew": "grow", "flew": "fly", "flies": "fly", "sang": "sing", "rose": "", "fell": "fall",
    "has": "have", "had": "have", "carries": "carry", "carried": "carry", "built": "build", "lay": "lay",
    "leapt": "leap", "parked": "park", "perched": "perch", "fed": "feed", "meets": "meet", "lit": "",
}  # fmt: skip

# Words that say nothing a picture could show; dropped wherever they stand.
FILLERS = words(
    "the this that these those its his her their my your our there here it is are was were be being been",
    "am very really quite so too just also cute beautiful adorable lovely nice pretty gorgeous amazing",
    "stunning wonderful cool awesome funny simple detailed highly intricate ultra hd uhd 4k 8k realistic",
    "photorealistic professional trending artstation masterpiece best quality high resolution sharp focus",
    "cinematic lighting please draw show make create generate paint me i want see would like which who",
    "whom while as then some style aesthetic composition scene standing-up full body whole single s",
    "looking something image depicting featuring showing shot view angle closeup close-up colorful",
    "colourful vibrant delicious tasty yummy fresh colored coloured color colour such each other another",
    "any own piece pieces bit of kind sort type full-body perfect great good fantastic magical whimsical",
    "charming minimalistic minimal minimalist clean modern classic typical usual ordinary regular normal",
    "plain",
)
# Adjectives that colour a mood but name nothing: alone they are no thing to draw.
ADJECTIVES = words(
    "happy sad angry calm peaceful quiet sleepy tired hungry thirsty brave shy proud friendly wild young",
    "old new ancient soft hard warm cold hot cool wet dry shiny dull bright dark light fluffy furry round",
    "square flat long wide narrow thick thin fat heavy fast slow strong weak rich poor clever silly crazy",
    "scary spooky mysterious cozy cosy lonely alone together tall short deep shallow high low empty full",
    "open closed sweet sour spicy bitter ripe juicy fancy elegant royal rustic vintage retro futuristic",
    "wooden metal glass plastic golden striped spotted sunny rainy snowy cloudy foggy misty windy stormy",
    "starry moonlit lush tropical frozen icy sandy grassy rocky smiling laughing crying sleeping running",
    "flying jumping dancing broken busy curious chubby hot juicy lazy majestic gentle noisy loud",
    "colorless transparent tasty surprised scared excited bored confused day dreamy enchanted haunted",
    "abandoned cheerful playful left right top bottom front back several many early late not",
)
WEARABLES = words(
    "hat cap crown helmet glasses sunglasses scarf tie necktie ribbon goggles headphones mask bow top hat ",
    "party hat cowboy hat santa hat graduation cap beret sombrero wig tiara monocle eyeglasses spectacles ",
    "baseball cap hard hat straw hat bowtie headband beanie",
) | {"top hat", "party hat", "graduation cap", "baseball cap", "hard hat", "straw hat", "cowboy hat"}

STYLES: dict[str, str] = {
    "3d": "3d", "three dimensional": "3d", "3-d": "3d", "clay": "3d", "claymation": "3d", "pixar": "3d",
    "rendered": "3d", "render": "3d", "flat": "flat", "flat design": "flat", "vector": "flat",
    "sticker": "sticker", "emoji": "emoji", "noto": "emoji", "cartoon": "cartoon", "blob": "blob",
    "outline": "outline", "line art": "outline", "line drawing": "outline", "coloring page": "outline",
    "colouring page": "outline", "coloring book": "outline", "sketch": "sketch", "pencil": "sketch",
    "pencil drawing": "sketch", "pencil sketch": "sketch", "charcoal drawing": "sketch", "pixel": "pixel",
    "pixel art": "pixel", "8 bit": "pixel", "8-bit": "pixel", "watercolor": "watercolour",
    "watercolour": "watercolour", "aquarelle": "watercolour",
}  # fmt: skip

_IRREGULAR_PLURALS = {
    "mice": "mouse", "geese": "goose", "leaves": "leaf", "wolves": "wolf", "knives": "knife",
    "loaves": "loaf", "shelves": "shelf", "children": "child", "men": "man", "women": "woman",
    "people": "person", "feet": "foot", "teeth": "tooth", "oxen": "ox", "dice": "die", "calves": "calf",
    "elves": "elf", "halves": "half", "cacti": "cactus", "octopi": "octopus", "fungi": "fungus",
    "puppies": "puppy", "bookshelves": "bookshelf", "snowmen": "snowman", "firemen": "fireman",
    "policemen": "policeman", "scarves": "scarf", "lives": "life", "thieves": "thief", "wives": "wife",
    "hooves": "hoof", "heroes": "hero", "potatoes": "potato", "tomatoes": "tomato", "volcanoes": "volcano",
    "mangoes": "mango", "dominoes": "domino", "shoes": "shoe", "canoes": "canoe", "toes": "toe",
    "movies": "movie", "cookies": "cookie", "pies": "pie", "ties": "tie", "brownies": "brownie",
    "zombies": "zombie", "selfies": "selfie", "axes": "axe", "buses": "bus", "horses": "horse",
    "houses": "house", "roses": "rose", "noses": "nose", "oases": "oasis", "cheeses": "cheese",
    "vases": "vase", "nurses": "nurse", "cases": "case", "mooses": "moose", "caches": "cache",
    "aches": "ache", "bananas": "banana",
}  # fmt: skip


def colour_name(words: str) -> str | None:
    """Return the canonical name of a colour ("dark grey" → "dark gray"), or None if it is no colour."""
    *shade, base = words.lower().split() or [""]
    base = COLOUR_SYNONYMS.get(base, base)
    if base not in COLOURS or len(shade) > 1 or (shade and shade[0] not in SHADES):
        return None
    prefix = SHADES[shade[0]] if shade else ""
    return f"{prefix} {base}".strip()


def colour_rgb(name: str) -> tuple[int, int, int]:
    """8-bit sRGB of a canonical colour name, shade included. Raises KeyError for other names."""
    *shade, base = name.split()
    value = COLOURS[base]
    rgb = [int(value[i : i + 2], 16) for i in (1, 3, 5)]
    if shade == ["light"]:
        rgb = [round(v + (255 - v) * 0.45) for v in rgb]
    elif shade == ["dark"]:
        rgb = [round(v * 0.58) for v in rgb]
    return rgb[0], rgb[1], rgb[2]


def singulars(word: str) -> Iterator[str]:
    """Yield the word itself and what could be its singular, likeliest first."""
    yield word
    *before, last = word.split(" ")
    prefix = " ".join([*before, ""])
    if last in _IRREGULAR_PLURALS:
        yield prefix + _IRREGULAR_PLURALS[last]
        return
    if last.endswith("ies") and len(last) > 4:
        yield prefix + last[:-3] + "y"
    if last.endswith("es") and len(last) > 4:
        if last.endswith(("shes", "ches", "xes", "sses", "zes", "oes")):
            yield prefix + last[:-2]
        yield prefix + last[:-1]
        yield prefix + last[:-2]
    elif last.endswith("s") and not last.endswith(("ss", "us", "is")) and len(last) > 2:
        yield prefix + last[:-1]


def verb(word: str) -> str | None:
    """Return the plain form of a verb the planner knows ("jumping", "sits" → "jump", "sit"), or None."""
    known = INTRANSITIVE | TRANSITIVE.keys()
    if word in _IRREGULAR_FORMS:
        return _IRREGULAR_FORMS[word] or None
    for ending in ("ing", "s", "es"):
        if not word.endswith(ending) or len(word) < len(ending) + 2:
            continue
        stem = word[: -len(ending)]
        doubled = stem[:-1] if len(stem) > 2 and stem[-1] == stem[-2] else stem
        for candidate in (stem, stem + "e", doubled):
            if candidate in known:
                return candidate
    return None
