"""``studiolo generate``: from words to pictures."""

from __future__ import annotations

from typing import Any

from studiolo.cli import results, wishes
from studiolo.cli.help import examples

EPILOG = examples(
    'studiolo generate "two red apples left of a blue car in the snow"',
    'studiolo generate "a cat with a hat" -n 4 --seed 7 -o cats/',
    'studiolo generate "a castle" --init sketch.png --strength 0.6',
    'studiolo generate "a black cat" --init latest --mask-prompt "the dog"',
    "studiolo generate --init latest --outpaint 128,0,128,0",
    'studiolo generate "a castle by the sea" --palette "#264653,#2a9d8f,#e9c46a"',
    "studiolo generate --from 7k3f --guidance 7",
    "studiolo generate - --json < prompts.txt",
    'studiolo generate "a castle" "a ship" -n 4 -e replicate --max-cost 0.50',
)


def generate(
    prompts: wishes.Prompts = None,
    count: wishes.Count = 1,
    size: wishes.Size = None,
    round_size: wishes.RoundSize = False,
    seed: wishes.Seed = None,
    negative: wishes.Negative = None,
    translate: wishes.Translate = True,
    draft: wishes.Draft = False,
    palette: wishes.Palette = None,
    palette_from: wishes.PaletteFrom = None,
    engine: wishes.Engine = None,
    max_cost: wishes.MaxCost = None,
    steps: wishes.Steps = None,
    guidance: wishes.Guidance = None,
    scheduler: wishes.Scheduler = None,
    refiner: wishes.Refiner = None,
    handover: wishes.Handover = None,
    refiner_strength: wishes.RefinerStrength = None,
    lora: wishes.Loras = None,
    option: wishes.Options = None,
    init: wishes.Init = None,
    strength: wishes.Strength = None,
    mask: wishes.Mask = None,
    mask_prompt: wishes.MaskPrompt = None,
    outpaint: wishes.Outpaint = None,
    seam: wishes.Seam = None,
    again: wishes.Again = None,
    control: wishes.Control = None,
    control_kind: wishes.ControlKind = None,
    control_strength: wishes.ControlStrength = None,
    control_prepared: wishes.ControlPrepared = False,
    reference: wishes.References = None,
    similarity: wishes.Similarity = None,
    output: results.Output = None,
    force: results.Force = False,
    open_: results.Open = False,
    preview: results.Preview = True,
    as_json: results.Json = False,
) -> None:
    """Make pictures from words.

    Every picture is kept in the gallery, with all that is needed to make it again. In a terminal
    you see it; in a pipe you get the paths, one a line.
    """
    from studiolo.cli.easel import Result, paint, write_drafts
    from studiolo.cli.inputs import (
        as_text,
        parse_loras,
        parse_margins,
        parse_options,
        parse_size,
        read_prompts,
        without_none,
    )
    from studiolo.cli.order import Order
    from studiolo.cli.palettes import read_palette
    from studiolo.studio import Studio

    width, height = parse_size(size) if size is not None else (None, None)
    fields: dict[str, Any] = {
        "count": count,
        "width": width,
        "height": height,
        "round_size": round_size or None,
        "seed": seed,
        "negative_prompt": as_text(negative) if negative is not None else None,
        "palette": read_palette(palette) if palette is not None else None,
        "steps": steps,
        "guidance_scale": guidance,
        "scheduler": scheduler,
        "refiner": refiner,
        "handover": handover,
        "refiner_strength": refiner_strength,
        "loras": parse_loras(lora) if lora else None,
        "options": parse_options(option) if option else None,
        "strength": strength,
        "mask_prompt": as_text(mask_prompt) if mask_prompt is not None else None,
        "outpaint": parse_margins(outpaint) if outpaint is not None else None,
        "seam": seam,
        "control": control_kind,
        "control_strength": control_strength,
        "control_prepared": control_prepared or None,
        "similarity": similarity,
    }
    order = Order(
        prompts=read_prompts(prompts or []),
        fields=without_none(fields),
        sources=without_none({"init_image": init, "mask": mask, "control_image": control}),
        references=reference or [],
        palette_from=palette_from,
        engine=engine,
        again=again,
        translate=translate,
        max_cost=max_cost,
    )
    result = Result(output=output, force=force, open=open_, preview=preview, as_json=as_json)
    with Studio.open() as studio:
        (write_drafts if draft else paint)(studio, order, result)
