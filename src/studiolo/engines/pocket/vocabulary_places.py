"""The places the painter can paint, the words that mean them, and the words for hour, weather and season."""

from __future__ import annotations

from studiolo.engines.pocket.scene import Season, TimeOfDay, Weather
from studiolo.engines.pocket.words import words

# kind → the nouns that mean it. Every kind has a painter in `backgrounds`.
PLACES: dict[str, tuple[str, ...]] = {
    "snow": ("snow", "snow field", "snowfield", "ice", "arctic", "antarctica", "north pole", "south pole",
             "tundra", "glacier", "winter landscape", "winter wonderland", "snowdrift", "ski slope"),
    "beach": ("beach", "shore", "seaside", "seashore", "coast", "sandy beach", "sand", "island",
              "coastline"),
    "sea": ("sea", "ocean", "waves", "open sea", "open ocean", "water", "high seas", "bay", "harbor",
            "harbour", "sea surface", "ocean wave"),
    "underwater": ("underwater", "underwater world", "ocean floor", "sea floor", "seabed", "coral reef",
                   "reef", "aquarium", "fish tank", "deep sea", "sea bottom", "bottom of the sea",
                   "bottom of the ocean"),
    "meadow": ("meadow", "grass", "field", "lawn", "hill", "hills", "countryside", "pasture", "grassland",
               "valley", "prairie", "green field", "landscape", "nature", "outdoors", "outside", "hillside",
               "plain", "backyard", "yard", "savanna", "savannah"),
    "garden": ("garden", "flower field", "flower garden", "flowerbed", "flower meadow", "field of flowers",
               "tulip field", "sunflower field", "field of sunflowers", "lavender field", "wildflowers",
               "rose garden"),
    "forest": ("forest", "wood", "woods", "woodland", "pine forest", "grove", "clearing"),
    "jungle": ("jungle", "rainforest", "rain forest", "tropical forest"),
    "desert": ("desert", "dune", "dunes", "sahara", "sand dunes", "sand dune", "oasis", "canyon"),
    "mountains": ("mountains", "mountain", "alps", "mountain range", "mountain landscape", "cliff", "peaks",
                  "mountain top", "mountaintop", "himalayas", "highlands"),
    "sky": ("sky", "blue sky", "clouds", "air", "cloudy sky", "heaven", "the clouds"),
    "space": ("space", "outer space", "galaxy", "universe", "cosmos", "milky way", "deep space", "nebula",
              "orbit"),
    "moon": ("moon", "moon surface", "lunar surface", "surface of the moon"),
    "mars": ("mars", "red planet", "planet", "alien planet"),
    "city": ("city", "town", "skyline", "city skyline", "downtown", "cityscape", "metropolis", "rooftop"),
    "street": ("street", "road", "highway", "sidewalk", "pavement", "avenue", "city street", "motorway",
               "parking lot", "alley", "racetrack", "race track", "country road", "crossroads"),
    "village": ("village", "small town", "hamlet"),
    "room": ("room", "living room", "house interior", "floor", "bedroom", "home", "indoors", "inside",
             "apartment", "hallway", "carpet", "rug", "nursery", "playroom", "wooden floor", "lounge",
             "studio", "attic"),
    "kitchen": ("kitchen", "kitchen floor", "bakery", "restaurant", "cafe", "coffee shop", "diner",
                "bathroom"),
    "table": ("table", "kitchen table", "wooden table", "dining table", "desk", "office desk", "shelf",
              "counter", "kitchen counter", "tabletop", "coffee table", "workbench", "picnic table",
              "windowsill", "tablecloth"),
    "office": ("office", "classroom", "school room", "schoolroom", "laboratory", "lab", "workshop",
               "garage", "museum", "gallery", "hospital room"),
    "library": ("library", "bookshop", "bookstore"),
    "stage": ("stage", "theater", "theatre", "concert", "concert hall", "circus", "spotlight", "party"),
    "castle hall": ("castle hall", "great hall", "throne room", "castle interior", "palace", "dungeon"),
    "cave": ("cave", "cavern", "mine", "tunnel"),
    "farm": ("farm", "farm field", "barnyard", "wheat field", "corn field", "cornfield", "farmland", "barn",
             "vineyard", "pumpkin patch", "orchard"),
    "park": ("park", "playground", "city park", "schoolyard", "golf course", "zoo"),
    "stadium": ("stadium", "football field", "soccer field", "sports field", "pitch", "arena"),
    "lake": ("lake", "pond", "lakeside", "lake shore", "swimming pool", "pool", "swamp"),
    "river": ("river", "stream", "creek", "brook", "waterfall", "riverbank"),
    "volcano": ("volcano", "lava", "lava field", "volcanic landscape", "volcanoes"),
}  # fmt: skip
PLACE_OF_WORDS: dict[str, str] = {word: kind for kind, words in PLACES.items() for word in words}

# These also are drawings: "a mountain" alone is a thing, "in the mountains" a place. They need one of the
# prepositions below before them (or nothing else in the prompt) to be a place.
AMBIGUOUS_PLACES = words(
    "moon mountain volcano wood island water wave table desk shelf planet school house home hill barn",
    "garage stadium rug sand ice circus museum cave pool pumpkin counter tablecloth party studio plain",
    "mine wave bay castle palace orbit mars clouds lava swamp air concert zoo carpet waterfall bridge",
    "tunnel nature rooftop nebula galaxy milky-way lab",
)

TIMES: dict[str, TimeOfDay] = {
    "night": "night", "midnight": "night", "nighttime": "night", "evening": "sunset", "dusk": "sunset",
    "sunset": "sunset", "twilight": "sunset", "golden hour": "sunset", "sunrise": "sunrise",
    "dawn": "sunrise", "morning": "sunrise", "early morning": "sunrise", "day": "day", "daytime": "day",
    "noon": "day", "moonlight": "night", "starlight": "night", "night sky": "night", "starry sky": "night",
    "starry night": "night", "stars": "night", "full moon": "night", "sunshine": "day", "sunlight": "day",
    "moonlit": "night", "starry": "night", "sunset sky": "sunset",
}  # fmt: skip
WEATHERS: dict[str, Weather] = {
    "rain": "rain", "rainy": "rain", "raining": "rain", "drizzle": "rain", "fog": "fog", "foggy": "fog",
    "mist": "fog", "misty": "fog", "storm": "storm", "stormy": "storm", "thunderstorm": "storm",
    "snowfall": "snow", "snowing": "snow", "snowstorm": "snow", "blizzard": "snow", "snowy": "snow",
    "sunny": "clear", "cloudy": "clouds", "overcast": "clouds", "snowflakes": "snow",
}  # fmt: skip
SEASONS: dict[str, Season] = {
    "winter": "winter", "wintry": "winter", "spring": "spring", "springtime": "spring", "summer": "summer",
    "summertime": "summer", "autumn": "autumn", "fall": "autumn", "autumnal": "autumn",
    "wintertime": "winter", "christmas": "winter",
}  # fmt: skip
# Words after which the hour or season is still only a setting: "an autumn day", "a rainy night".
SETTING_TAILS = words("day time evening morning night weather season light scene landscape sky view")
BACKDROP_NOUNS = words("background backdrop wall backgound")
