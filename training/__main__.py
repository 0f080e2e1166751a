"""`python -m training STEP`: one step of making the pocket models, or `all` of them in order.

Every step keeps what it finished: run it again and it goes on where it stopped.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

WORK = Path(__file__).parent / "work"


def _fetch() -> None:
    from training.sources import fetch, load_drawings, summary

    fetch(WORK)
    print(summary(load_drawings(WORK)))


def _render() -> None:
    from training.render import painter_subset, render
    from training.sources import load_drawings

    renders = render(WORK, painter_subset(load_drawings(WORK)), size=512)
    print(f"{renders.visible.sum()} of {len(renders.ids)} drawings rendered at 512 px")


def _embedder() -> None:
    from training.embedder import export

    export(WORK)


def _gloss() -> None:
    from training.gloss import build

    print(build(WORK))


def _modules(*commands: str) -> Callable[[], None]:
    """Programs of their own: each starts with fresh memory, and its settings are its defaults."""

    def run() -> None:
        for command in commands:
            subprocess.run([sys.executable, "-m", *command.split()], check=True)

    return run


STEPS: dict[str, Callable[[], None]] = {
    "fetch": _fetch,
    "embedder": _embedder,
    "drawings": _modules("training.drawings"),
    "render": _render,
    "scenes": _modules("training.banks render-scenes --count 8"),
    "autoencoder": _modules(
        "training.autoencoder",
        "training.codec_export",
        "training.autoencoder --name decoder --decoder-of autoencoder --minutes 60",
        "training.codec_export --name decoder",
    ),
    "banks": _modules("training.banks singles --count 2", "training.banks scenes --count 8"),
    "denoiser": _modules("training.denoiser"),
    "export": _modules("training.export"),
    "recogniser": _modules(
        "training.recogniser.sprites",
        "training.recogniser.grounds",
        "training.recogniser.paintings",
        "training.recogniser.finder",
        "training.recogniser.namer",
        "training.recogniser.export",
        "training.recogniser.kinds",
        "training.recogniser.calibrate",
    ),
    "sheets": _modules("training.sheets"),
    "gloss": _gloss,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("step", choices=["all", *STEPS])
    chosen = parser.parse_args().step
    WORK.mkdir(exist_ok=True)
    for name in STEPS if chosen == "all" else [chosen]:
        print(f"== {name}", flush=True)
        STEPS[name]()


if __name__ == "__main__":
    main()
