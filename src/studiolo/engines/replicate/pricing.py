"""What pictures of a model cost: before, by its price; after, by the seconds that Replicate measured."""

from __future__ import annotations

from studiolo.engines.pricing import UNKNOWN, Estimate
from studiolo.engines.replicate.account import ImageOptions
from studiolo.engines.replicate.catalogue import Known, Price
from studiolo.engines.replicate.predictions import Prediction
from studiolo.requests import ImageRequest

_YOURS = "your setting"
_LOADING_S = 1.0  # of text, decoding, the safety checker


def estimate(request: ImageRequest, options: ImageOptions, known: Known | None) -> Estimate:
    """What the complete ``request`` will cost; the prices in the settings win."""
    price = _price(options, known)
    if price is None:
        return UNKNOWN
    if price.per_image is not None:
        return Estimate.per_image(price.per_image, request.count, source=price.source)
    seconds = _seconds(request, price)
    if price.per_second is None or seconds is None:
        return UNKNOWN
    return Estimate.per_second(price.per_second, seconds, request.count, source=price.source)


def cost(run: Prediction, *, options: ImageOptions, known: Known | None) -> float | None:
    """What the one picture of a finished ``run`` cost, in US dollars; None where nobody knows."""
    price = _price(options, known)
    seconds = run.metric("predict_time")
    if price is None:
        return None
    if price.per_image is not None:
        return price.per_image
    return None if price.per_second is None or seconds is None else round(price.per_second * seconds, 6)


def _price(options: ImageOptions, known: Known | None) -> Price | None:
    speed = known.price.steps_a_second if known is not None and known.price is not None else 0.0
    if options.price_per_image is not None:
        return Price(per_image=options.price_per_image, source=_YOURS)
    if options.price_per_second is not None:
        return Price(per_second=options.price_per_second, steps_a_second=speed, source=_YOURS)
    return known.price if known is not None else None


def _seconds(request: ImageRequest, price: Price) -> float | None:
    """About how long one picture takes; a guess, as machines and queues differ."""
    if not price.steps_a_second or request.steps is None:
        return None
    steps = request.steps * (request.strength if request.strength is not None else 1.0)
    if request.refiner == "image":
        again = request.options.get("refine_steps")
        # SDXL's refiner leaves the picture by diffusers' usual 0.3 (replicate/cog-sdxl, predict.py).
        steps += 0.3 * (again if isinstance(again, int) else request.steps)
    megapixels = (request.width or 1024) * (request.height or 1024) / 2**20
    return _LOADING_S + steps * megapixels / price.steps_a_second
