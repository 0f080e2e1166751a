"""What the composer knows of things: how large, what floats, what can be worn, what holds what."""

from __future__ import annotations

from typing import Literal

from studiolo.engines.pocket.words import words

# From 0.4 (an ant) to 1.9 (a mountain): the order of the world, compressed so that all stay visible.
_SIZE_WORDS: dict[float, str] = {
    0.45: "ant bee honeybee ladybug ladybeetle beetle fly mosquito coin ring pill worm microbe "
          "cricket blueberries cherries key ladybug strawberry nut button snail peanuts "
          "chestnut beans",
    0.58: "apple pear peach lemon tangerine orange tomato egg mushroom butterfly mouse cookie "
          "cup beverage candy watch shell flower blossom tulip rose leaf herb clover candle "
          "pencil pen crayon spoon mug glasses sunglasses ball die cupcake doughnut seedling "
          "envelope chick feather bulb teacup frog hamster pear banana carrot bird crab fish "
          "bone hat cap crown ribbon necktie avocado onion potato garlic kiwi grapes book "
          "camera phone bell gem star balloon shortcake bread cheese hamburger rat lizard "
          "lollipop",
    0.75: "cat rabbit duck chicken rooster hen turtle squirrel chipmunk hedgehog cake teddy "
          "pumpkin lantern basket bucket vase amphora bag backpack books trophy teapot "
          "watermelon pineapple pizza guitar violin trumpet drum helmet hammer owl penguin "
          "parrot eagle swan goose dove bouquet plant umbrella kite gift package lamp clock "
          "laptop television scarf shirt shoe boot skateboard raccoon otter skunk beaver monkey "
          "fox kitten puppy fence jar",
    0.92: "dog fox lily pad sheep ewe ram goat pig chair baby child boy girl snowman robot "
          "sloth koala badger wolf bicycle scooter sled seal kangaroo door couch bathtub fire "
          "cactus sunflower christmas stump log wood barrel",
    1.05: "person man woman standing astronaut deer bear panda lion tiger leopard gorilla ox "
          "cow horse donkey unicorn zebra bed shark dolphin crocodile motorcycle table "
          "bookshelf tent fountain llama moose bench bison",
    1.25: "car automobile taxi tractor camel elephant giraffe rhinoceros hippopotamus mammoth "
          "dragon canoe boat van ambulance truck hut fir tree palm evergreen deciduous dinosaur "
          "rex sauropod well cloud sun moon rainbow octopus squid bus locomotive train",
    1.45: "house whale ship sailboat airplane helicopter rocket engine bus train church barn "
          "windmill lighthouse saucer island bridge",
    1.75: "castle building mountain volcano tower stadium factory wheel ferris hospital school "
          "hotel ocean statue temple mosque pyramid",
}  # fmt: skip
_SIZE_OF: dict[str, float] = {word: size for size, words in _SIZE_WORDS.items() for word in words.split()}
_SIZE_OF_GROUP = {
    "food-drink": 0.62,
    "animals-nature": 0.85,
    "travel-places": 1.25,
    "objects": 0.68,
    "activities": 0.66,
    "people-body": 1.0,
    "smileys-emotion": 0.85,
}
ASKED_SIZE = {"tiny": 0.42, "small": 0.68, "big": 1.3, "huge": 1.65}

_FLOATING = words(
    "balloon kite airplane helicopter rocket saucer cloud sun moon star stars comet planet rainbow",
    "snowflake butterfly bee honeybee dove eagle parachute satellite bat meteor droplet ghost angel globe",
    "lightning dragonfly mosquito fly heart voltage sparkles bubble bubbles parrot witch superhero blimp",
    "phoenix",
)
_FLOAT_NOT = frozenset({"carousel", "wheel", "suit", "sunflower", "starfish"})
_SWIMMING = words(
    "fish whale dolphin shark octopus squid jellyfish turtle blowfish seal orca submarine mermaid",
    "merperson swimmer",
)

# Where, in shares of its height, a thing carries what is on it; what is not listed carries near its top.
_TOPS = {
    "couch": 0.46, "sofa": 0.46, "bed": 0.5, "chair": 0.5, "horse": 0.62, "unicorn": 0.6, "bicycle": 0.72,
    "motorcycle": 0.6, "sailboat": 0.2, "ship": 0.5, "canoe": 0.6, "boat": 0.35, "cloud": 0.72, "sled": 0.6,
    "camel": 0.8, "elephant": 0.88, "dragon": 0.6, "zebra": 0.66, "donkey": 0.66, "cow": 0.72,
    "scooter": 0.4, "turtle": 0.82, "tree": 0.8, "leaf": 0.7, "herb": 0.7, "moon": 0.6, "rocket": 0.55,
    "broom": 0.5, "bench": 0.5, "armchair": 0.42, "island": 0.45, "tractor": 0.75, "lotus": 0.6,
    "table": 0.97, "stump": 0.93, "wave": 0.6, "rug": 0.7, "crocodile": 0.6, "deer": 0.6, "llama": 0.6,
    "giraffe": 0.45,
}  # fmt: skip
# What is open at the top: the share of its height behind which the thing in it disappears.
_OPEN = {
    "basket": 0.62, "box": 0.93, "bucket": 0.78, "bathtub": 0.6, "pot": 0.72, "cup": 0.8, "beverage": 0.72,
    "bowl": 0.75, "canoe": 0.5, "boat": 0.25, "ship": 0.55, "nest": 0.6, "cart": 0.7, "backpack": 0.85,
    "chest": 0.55, "package": 0.93, "automobile": 0.62, "teacup": 0.75, "vase": 0.95, "amphora": 0.93,
    "bag": 0.8, "bags": 0.8, "jar": 0.85, "plant": 0.6, "hat": 0.6, "boot": 0.9, "wastebasket": 0.85,
    "mug": 0.75, "truck": 0.55, "car": 0.62, "tub": 0.6, "grass": 0.6, "teapot": 0.8, "sled": 0.5,
    "well": 0.4, "saucer": 0.55, "crib": 0.6, "flowerpot": 0.8,
}  # fmt: skip
_COVERS = words("tree table palm bridge evergreen deciduous christmas tent house mushroom desk gate")
_NO_MIRROR = words(
    "clock calendar watch book books newspaper memo scroll globe map keyboard taxi ambulance police",
    "hospital school bank hotel computer calculator abc ball die music musical note notes score ticket",
    "sign label receipt banknote atm station office store convenience soon bus telephone phone piano",
    "playing slot machine thermometer ruler letter dollar euro hundred guitar violin",
)
_HEADWEAR = words(
    "hat crown cap helmet beret sombrero tiara hat. headband beanie wig womans top graduation billed"
)
_EYEWEAR = words("glasses sunglasses goggles eyeglasses")
_NECKWEAR = words("scarf necktie tie ribbon bow")
_FACES = words(
    "bear panda fox wolf frog koala lion hamster polar unicorn robot alien clown jack raccoon moose",
    "hippopotamus",
)

_BUSTS = words("man woman boy girl person child baby prince princess king")

Wear = Literal["head", "eyes", "neck", "ears", "mouth"]


def _words(name: str) -> list[str]:
    return name.replace("-", " ").split()


def _table(name: str, table: dict[str, float], default: float) -> float:
    return next((table[w] for w in reversed(_words(name)) if w in table), default)


def relative_size(name: str, group: str) -> float:
    """How large a thing is beside others: the square root of its area, 1.0 for a person."""
    if name.endswith("face") and group == "animals-nature":
        return 0.7
    if name in _BUSTS:
        return 0.78
    return _table(name, _SIZE_OF, _SIZE_OF_GROUP.get(group, 0.85))


def floats(name: str, place: str | None = None) -> bool:
    """Whether it hangs in the air (or swims, under water) rather than stands on the ground."""
    words = set(_words(name))
    if place == "underwater" and words & _SWIMMING:
        return True
    return bool(words & _FLOATING) and not words & _FLOAT_NOT


def top_of(name: str) -> float:
    """Where it carries what is on it, as a share of its height."""
    return _table(name, _TOPS, 0.93)


def opening_of(name: str) -> float | None:
    """Behind which share of its height disappears what is in it; None if it is not open at the top."""
    return next((_OPEN[w] for w in reversed(_words(name)) if w in _OPEN), None)


def covers(name: str) -> bool:
    """Whether "under it" is at its foot rather than below its lower edge."""
    return bool(set(_words(name)) & _COVERS)


def is_tree(name: str) -> bool:
    """Whether "in it" means in its crown."""
    return bool(set(_words(name)) & {"tree", "palm", "treehouse"})


def mirrors(name: str) -> bool:
    """Whether its mirror image is as good: nothing with letters, dials or a left and a right hand."""
    return not set(_words(name)) & _NO_MIRROR


def worn_at(name: str) -> Wear | None:
    """Where it is worn, or None if it is not."""
    words = set(_words(name))
    for parts, where in ((_EYEWEAR, "eyes"), (_NECKWEAR, "neck"), (_HEADWEAR, "head")):
        if words & parts:
            return where  # type: ignore[return-value]
    if "headphone" in words or "headphones" in words:
        return "ears"
    return "mouth" if "mask" in words else None


def is_face(name: str, group: str) -> bool:
    """Whether the drawing is all head."""
    return group == "smileys-emotion" or name in _BUSTS or "face" in _words(name) or _words(name)[0] in _FACES
