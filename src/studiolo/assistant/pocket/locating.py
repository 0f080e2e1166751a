"""Where in a picture what is spoken of stands: as a mask, from what the recogniser sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from studiolo.assistant.base import Location
from studiolo.assistant.pocket.answers import lies
from studiolo.assistant.pocket.english import listed
from studiolo.assistant.pocket.palette import percent
from studiolo.assistant.pocket.patterns import read_thing
from studiolo.assistant.pocket.questions import normalise
from studiolo.assistant.pocket.seeing import PRESUPPOSED, Scene, Seen
from studiolo.errors import InvalidRequestError
from studiolo.imaging.opencv import has_opencv
from studiolo.imaging.outlining import boxes_mask, outline

if TYPE_CHECKING:
    from PIL.Image import Image

    from studiolo.engines.pocket.phrases import Lexicon

_PLACE: Final = re.compile(
    r"\s+(?:on|at|in) the ((?:(?:top|bottom|upper|lower) )?(?:left|right)|top|bottom|centre)(?: side| half)?$"
)
_HINT: Final = (
    "Say it in other words, or paint a mask. A model that knows photographs: "
    "studiolo pull CIDAS/clipseg-rd64-refined"
)


def locate(image: Image, words: str, scene: Scene, lexicon: Lexicon) -> Location:
    """The things in ``image`` that ``words`` mean, one or several between "and".

    Raises:
        InvalidRequestError: none of them is seen; says what is.
    """
    found: list[Seen] = []
    for phrase in re.split(r",\s*(?:and\s+)?|\s+and\s+", normalise(words)):
        found += [seen for seen in _meant(phrase, scene, lexicon) if seen not in found]
    if not found:
        raise _not_seen(words, scene)
    sure = min(seen.confidence for seen in found)
    boxes = [seen.box for seen in found]
    named = listed(sorted({seen.spoken for seen in found}))
    told = f"mask: {named} ({percent(sure)} sure), found by the pocket recogniser"
    if not has_opencv():
        return Location(
            mask=boxes_mask(image.size, boxes),
            confidence=sure,
            note=f"{told} as a box; outlines need the extra 'editing'",
        )
    mask = boxes_mask(image.size, [])
    for box in boxes:
        mask.paste(255, mask=outline(image, box))
    return Location(mask=mask, confidence=sure, note=f"{told} and cut out by colour")


def _meant(phrase: str, scene: Scene, lexicon: Lexicon) -> tuple[Seen, ...]:
    place = _PLACE.search(phrase)
    thing = read_thing(phrase[: place.start()] if place else phrase, lexicon)
    if thing is None:
        return ()
    found = scene.meant(thing, PRESUPPOSED)
    if place is not None:
        sides = place[1].replace("upper", "top").replace("lower", "bottom").split()
        found = tuple(seen for seen in found if all(lies(seen, side) for side in sides))
    return found


def _not_seen(words: str, scene: Scene) -> InvalidRequestError:
    seen = listed([group.words for group in scene.groups[:6]])
    what = f"I see {seen}" if seen else "I recognise nothing in it"
    if scene.photograph:
        what += "; of photographs the pocket recogniser knows little"
    return InvalidRequestError(f"'{words}' was not found in the picture: {what}.", hint=_HINT)
