"""The languages and accents of espeak-ng 1.52 as espeakng-loader 0.2 brings it; a test compares them.

Written down, because what an engine can do is said without loading anything.
"""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = tuple(
    # one string: 140 lines of one word each would be harder to read
    """
    af am an ar as az ba be bg bn bpy bs ca ca-BA ca-NW ca-VA chr-US-Qaaa-x-west cmn cmn-Latn-pinyin
    cs cv cy da de el en-029 en-GB en-GB-scotland en-GB-x-gbclan en-GB-x-gbcwmd en-GB-x-rp en-Shaw
    en-US en-US-nyc eo es es-419 et eu fa fa-Latn fi fo fr-BE fr-CH fr-FR ga gd gn grc gu hak haw he
    hi hr ht hu hy hyw ia id io is it ja jbo ka kaa kk kl kn ko kok ku ky la lb lfn lt ltg lv mi mk
    ml mr ms mt mto my nb nci ne nl nog om or pa pap piqd pl pt pt-BR py qdb qu quc qya ro ru ru-CL
    ru-LV sd shn si sjn sk sl smj sq sr sv sw ta te th ti tk tn tr tt ug uk ur uz vi vi-VN-x-central
    vi-VN-x-south xex yue
    """.split()  # noqa: SIM905
)
