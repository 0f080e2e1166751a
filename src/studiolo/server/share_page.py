"""The page of a shared link: one picture, well hung; no script, and nothing of the studio around it."""

from __future__ import annotations

from html import escape
from typing import Final

from studiolo.gallery import Picture

_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
  <meta name="color-scheme" content="light dark">
  <meta name="robots" content="noindex">
  <title>{title}</title>
  <link rel="icon" href="/static/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/static/style/tokens.css">
  <link rel="stylesheet" href="/static/share.css">
</head>
<body>
  <main>
{content}
  </main>
</body>
</html>
"""
_UNTOLD: Final = "A shared picture"
_FIGURE: Final = """\
    <figure>
      <a href="{url}"><img src="{url}" alt="{alt}" width="{width}" height="{height}"></a>
      <figcaption>
{caption}
      </figcaption>
    </figure>"""
_GONE: Final = """\
    <h1>Nothing hangs here</h1>
    <p>This link has ended, or never was. Ask whoever sent it for a new one.</p>"""


def picture_page(picture: Picture, *, image_url: str, metadata: bool) -> str:
    """The page for ``picture``; what made it is told only with ``metadata``."""
    prompt = picture.prompt if metadata else ""
    facts = " · ".join(_facts(picture, metadata=metadata))
    lines = [f"<h1>{escape(prompt or _UNTOLD)}</h1>", f'<p class="facts">{escape(facts)}</p>']
    figure = _FIGURE.format(
        url=escape(image_url),
        alt=escape(prompt or _UNTOLD),
        width=picture.width,
        height=picture.height,
        caption="\n".join(f"        {line}" for line in lines),
    )
    return _PAGE.format(title=escape(_shortened(prompt) or _UNTOLD), content=figure)


def gone_page() -> str:
    """The page for a link that shows nothing."""
    return _PAGE.format(title="Nothing hangs here", content=_GONE)


def _facts(picture: Picture, *, metadata: bool) -> list[str]:
    facts = [f"{picture.width} × {picture.height}"]  # noqa: RUF001 - the sign between measures
    if metadata:
        facts += [picture.engine, *([f"seed {picture.seed}"] if picture.seed is not None else [])]
    return [*facts, f"{picture.created:%Y-%m-%d}"]


def _shortened(prompt: str) -> str:
    return prompt if len(prompt) <= 80 else f"{prompt[:79].rstrip()}…"
