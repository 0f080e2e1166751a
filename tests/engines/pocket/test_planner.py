"""Prompts → scenes, in one line each: things | relations | place and setting | unknown."""

import pytest

from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.planner import plan
from studiolo.engines.pocket.scene import Scene, Thing


@pytest.fixture(scope="module")
def library():
    return DrawingLibrary()


def _thing(thing: Thing) -> str:
    colours = "+".join(c for c in (thing.colour, thing.second_colour) if c)
    words = [str(thing.count) if thing.count > 1 else "", thing.size or "", colours, thing.phrase]
    return " ".join(w for w in words if w) + (f" @{thing.position}" if thing.position else "")


def written(scene: Scene) -> str:
    relations = [f"{r.kind} {r.a} {r.b}" + (f" {r.c}" if r.c is not None else "") for r in scene.relations]
    setting = [scene.place.kind if scene.place else "", scene.time_of_day, scene.weather, scene.season]
    setting += [
        f"on {scene.background_colour}" if scene.background_colour else "",
        scene.style and f"style {scene.style}",
    ]
    parts = [", ".join(map(_thing, scene.things)), ", ".join(relations), ", ".join(s for s in setting if s)]
    return " | ".join([*parts, "; ".join(scene.unknown)]).rstrip(" |")


TABLE = """
two red apples left of a blue car in the snow -> 2 red apple, blue car | left_of 0 1 | snow
a cat -> cat
cats -> 2 cat
an orange -> orange
an orange cat -> orange cat
two oranges -> 2 orange
three mice -> 3 mouse
four geese -> 4 goose
a pair of shoes -> 2 shoe
a couple of green frogs -> 2 green frog
5 balloons -> 5 balloon
a dozen eggs -> 9 egg
three autumn leaves -> 3 autumn leaves
a dark blue car -> dark blue car
a light green house -> light green house
a turquoise butterfly -> turquoise butterfly
a black and white cat -> black+white cat
a red and yellow balloon -> red+yellow balloon
a tiny elephant -> tiny elephant
a huge purple dragon -> huge purple dragon
a little bird and a big tree -> small bird, big tree
a photo of a cute fluffy cat, highly detailed, 4k -> cat
A beautiful illustration of a lighthouse, masterpiece, best quality -> lighthouse
an apple to the right of a pear -> apple, pear | right_of 0 1
a dog on the left of a cat -> dog, cat | left_of 0 1
a tree on the left and a house on the right -> tree @left, house @right | left_of 0 1
on the left a dog, on the right a cat -> dog @left, cat @right | left_of 0 1
a star above a house -> star, house | above 0 1
a ball below a table -> ball, table | below 0 1
a mouse under a mushroom -> mouse, mushroom | under 0 1
a frog underneath an umbrella -> frog, umbrella | under 0 1
a bird on top of a house -> bird, house | on 0 1
a book beside a lamp -> book, lamp | next_to 0 1
a cat next to a dog -> cat, dog | next_to 0 1
a cat in front of a house -> cat, house | in_front_of 0 1
a horse behind a fence -> horse, fence | behind 0 1
a cat in a box -> cat, box | in 0 1
a ball between a cat and a dog -> ball, cat, dog | between 0 1 2
a teddy bear sitting between a ball and a gift -> teddy bear, ball, gift | between 0 1 2
a dog with a hat -> dog, hat | wearing 0 1
a cat wearing sunglasses -> cat, sunglasses | wearing 0 1
a snowman wearing a red scarf and a top hat -> snowman, red scarf, top hat | wearing 0 1, wearing 0 2
a bear in a red hat -> bear, red hat | wearing 0 1
a dog without a hat -> dog
a beach with no people -> | | beach
a cat sleeping on a sofa -> cat, sofa | on 0 1
a fox jumping over a log -> fox, log | above 0 1
a bear eating honey -> bear, honey | with 0 1
a girl holding a balloon -> girl, balloon | with 0 1
a man playing the guitar on stage -> man, guitar | with 0 1 | stage
an astronaut riding a horse on the moon -> astronaut, horse | on 0 1 | moon
a cat chasing a mouse -> cat, mouse | left_of 0 1
a dog and a cat on a couch -> dog, cat, couch | on 0 2, on 1 2
a sleeping cat -> cat
a smiling sun over a green meadow -> smiling sun | | meadow
a castle on a hill at night -> castle | | meadow, night
a lighthouse by the sea at sunset -> lighthouse | | sea, sunset
a penguin in the snow at night -> penguin | | snow, night
a rocket in space -> rocket | | space
a fish under the sea -> fish | | underwater
a tropical fish underwater -> tropical fish | | underwater
a camel in the desert -> camel | | desert
a monkey in the jungle -> monkey | | jungle
a whale in the ocean -> whale | | sea
a beach with two palm trees -> 2 palm tree | | beach
a rainy street with a yellow taxi -> yellow taxi | | street, rain
mountains at sunrise -> | | mountains, sunrise
autumn forest with a deer -> deer | | forest, autumn
a cow on a farm in spring -> cow | | farm, spring
a fox in winter -> fox | | snow, winter
a cup of coffee on a wooden table -> cup of coffee | | table
a cup of coffee next to a stack of books on a desk -> cup of coffee, stack of books | next_to 0 1 | table
a book on a table -> book | | table
a bowl under a table -> bowl, table | under 0 1
a robot in the city -> robot | | city
a volcano -> volcano
a mountain and a moon -> mountain, moon
a pizza on a red background -> pizza | | on red
a heart, yellow background -> heart | | on yellow
a cat on a snowy background -> cat | | snow
a red heart, 3d style -> red heart | | style 3d
a sticker of a happy avocado -> avocado | | style sticker
pixel art of a dragon -> dragon | | style pixel
a flat illustration of a fox in a forest -> fox | | forest, style flat
a watercolor painting of a rose -> rose | | style watercolour
a cat, children's book style -> cat
a fox in a cosy picture book style -> fox
a fox in watercolour. Lit by thin moonlight. A high viewpoint. -> fox | | night, style watercolour
a cat. A samovar. -> cat | | | samovar
bow and arrow -> bow and arrow
a glass of milk and a cookie -> glass of milk, cookie
a slice of pizza -> slice of pizza
a house with a garden -> house with garden
ice cream -> ice cream
a group of three dogs -> 3 dog
on a table, a vase and two apples -> vase, 2 apple | | table
a flux capacitor -> | | | flux capacitor
a xylophone and a cat -> cat | | | xylophone
a cat next to a samovar -> cat | | | samovar
a golf ball on the grass -> | | meadow | golf ball
the moon and stars above a village -> moon | | village, night
a very happy dog -> dog
""".strip().splitlines()


@pytest.mark.parametrize("line", TABLE, ids=[line.split(" -> ")[0][:60] for line in TABLE])
def test_prompts(library, line):
    prompt, expected = line.split(" -> ")
    assert written(plan(prompt, library)).split() == expected.split()


@pytest.mark.parametrize("prompt", ["", "   ", ",,,", "of the and", "日本語", "a " * 5000, "x" * 10_000])
def test_nothing_to_read_is_an_empty_scene_not_an_error(library, prompt):
    assert plan(prompt, library).things == ()


def test_emoji_are_read_by_their_names(library):
    assert written(plan("🐱🚀 🌙", library)).startswith("cat, rocket, crescent moon")
    assert written(plan("a cat with ❤️ and a 🍎", library)) == written(
        plan("a cat, heart and a red apple", library)
    )


def test_unknown_phrases_are_kept_as_they_were_asked(library):
    scene = plan("a purple flux capacitor on a quaint samovar", library)
    assert scene.unknown == ("flux capacitor", "quaint samovar")
