"""``studiolo doctor``: what works here, what does not, and the command that mends it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from studiolo.cli.console import count_of
from studiolo.cli.options import Json

if TYPE_CHECKING:
    from studiolo.engines.base import ImageEngine
    from studiolo.gallery import Gallery
    from studiolo.registry import Registry
    from studiolo.settings import Settings

_MEBIBYTE: Final = 2**20
_DISK_LOW_MIB, _DISK_FULL_MIB = 1024, 50
_MEMORY_LOW_MIB = 1024


class State(StrEnum):
    """How a finding is meant."""

    OK = "ok"
    WARNING = "warning"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report; ``fix`` is what mends it."""

    name: str
    state: State
    detail: str
    fix: str = ""


def doctor(
    as_json: Json = False,
) -> None:
    """Check what works here, and say what mends the rest.

    Ends with exit code 1 if something fails; a warning is none.
    """
    from studiolo.cli.console import for_a_person, print_json, print_rows

    findings = list(examine())
    healthy = all(finding.state is not State.FAIL for finding in findings)
    if as_json:
        print_json({"healthy": healthy, "findings": [asdict(finding) for finding in findings]})
    elif for_a_person():
        _print_report(findings)
    else:
        print_rows((finding.state, finding.name, finding.detail, finding.fix) for finding in findings)
    if not healthy:
        raise typer.Exit(1)


def examine() -> Iterator[Finding]:
    """Every check, one after the other; none of them ends the examination."""
    yield from (_version(), _python(), _processor(), _memory())
    settings = _settings_or_finding()
    if isinstance(settings, Finding):
        yield settings
        yield Finding("the rest", State.WARNING, "not looked at", "Mend the settings first.")
        return
    yield Finding("settings", State.OK, _settings_detail())
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _disk,
        _gallery,
        _search,
        _engines,
        _chosen,
    )
    for check in checks:
        yield from _guarded(check, settings)
    yield _offline(settings)
    yield _terminal()


def _guarded(check: Callable[[Settings], Iterator[Finding]], settings: Settings) -> Iterator[Finding]:
    from studiolo.cli.failure import explain

    try:
        yield from check(settings)
    except Exception as error:  # noqa: BLE001 - whatever is broken is what the doctor is asked about
        told = explain(error)
        yield Finding(check.__name__.strip("_"), State.FAIL, told.message, told.hint)


def _version() -> Finding:
    from studiolo._version import __version__

    return Finding("studiolo", State.OK, __version__)


def _python() -> Finding:
    detail = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Finding("python", State.OK, detail)


def _processor() -> Finding:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Finding("processor", State.OK, count_of(count, "thread"))


def _memory() -> Finding:
    try:
        page, pages = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_PHYS_PAGES")
        free = page * os.sysconf("SC_AVPHYS_PAGES") // _MEBIBYTE
    except (AttributeError, ValueError, OSError):
        return Finding("memory", State.OK, "unknown")
    total = page * pages // _MEBIBYTE
    available = _available_mib() or free
    detail = f"{available / 1024:.1f} of {total / 1024:.1f} GiB available"
    if available < _MEMORY_LOW_MIB:
        return Finding("memory", State.WARNING, detail, "Close other programs; painting takes up to 700 MB.")
    return Finding("memory", State.OK, detail)


def _available_mib() -> int | None:
    """Linux tells what could be had without swapping, which is more than what is free."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) // 1024
    except (OSError, ValueError, IndexError):
        pass
    return None


def _settings_or_finding() -> Settings | Finding:
    from studiolo.errors import StudioloError
    from studiolo.settings import Settings

    try:
        return Settings.load()
    except StudioloError as error:
        return Finding("settings", State.FAIL, error.message, error.hint)


def _settings_detail() -> str:
    from studiolo.settings import Settings

    file = Settings.config_file()
    return str(file) if file.exists() else f"no config file ({file}): defaults"


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = settings.gallery_folder
    free = shutil.disk_usage(_nearest(folder)).free // _MEBIBYTE
    detail = f"{free / 1024:.1f} GiB free for the gallery"
    if free < _DISK_LOW_MIB:
        state = State.FAIL if free < _DISK_FULL_MIB else State.WARNING
        yield Finding("disk", state, detail, "Free some space, or move the gallery: STUDIOLO_GALLERY=FOLDER")
    else:
        yield Finding("disk", State.OK, detail)


def _gallery(settings: Settings) -> Iterator[Finding]:
    from studiolo.gallery import Gallery
    from studiolo.gallery.faults import CHOOSE_ANOTHER

    folder = settings.gallery_folder
    if not folder.exists():
        nearest = _nearest(folder)
        if nearest.is_dir() and os.access(nearest, os.W_OK):
            yield Finding("gallery", State.OK, f"none yet; the first picture makes {folder}")
        else:
            why = "is not writable" if nearest.is_dir() else "is a file, not a folder"
            detail = f"{folder} cannot be made: {nearest} {why}"
            yield Finding("gallery", State.FAIL, detail, CHOOSE_ANOTHER)
        return
    with Gallery.open(folder) as gallery:
        yield from _gallery_findings(gallery, folder)


def _nearest(folder: Path) -> Path:
    """The folder, or what of the way to it is there already."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def _gallery_findings(gallery: Gallery, folder: Path) -> Iterator[Finding]:
    report = gallery.check(mend=False)
    count = count_of(report.pictures)
    mend = "Run: studiolo gallery check"
    if gallery.read_only:
        yield Finding("gallery", State.FAIL, f"{folder} cannot be written", f"Run: chmod -R u+rwX '{folder}'")
    if report.missing:
        yield Finding("gallery", State.FAIL, f"the files of {count_of(len(report.missing))} are gone", mend)
    elif report.orphans or report.unindexed:
        yield Finding("gallery", State.WARNING, f"{count}, some not findable yet", mend)
    else:
        yield Finding("gallery", State.OK, f"{count} in {folder}")


def _search(settings: Settings) -> Iterator[Finding]:
    del settings
    from studiolo.embedding import TextEmbedder
    from studiolo.errors import reason

    try:
        TextEmbedder().embed(["a red apple"])
    except Exception as error:  # noqa: BLE001 - a missing file, a foreign build of the runtime …
        detail = f"search by meaning does not work: {reason(error)}"
        yield Finding("search", State.FAIL, detail, "Reinstall: pip install --force-reinstall studiolo")
    else:
        yield Finding("search", State.OK, "by words and by meaning")


def _engines(settings: Settings) -> Iterator[Finding]:
    from studiolo.engines.kinds import Kind
    from studiolo.studio.engines import build_registries, look_at_engines

    registries = build_registries(settings)
    found = look_at_engines(registries, settings, kinds=(Kind.IMAGE,), probe=True)
    wanted = settings.engine.partition(":")[0]
    for engine in found:
        availability = engine.availability
        if availability.ready:
            detail = "ready, paints when none is named" if engine.name == wanted else "ready"
            yield Finding(f"engine {engine.name}", State.OK, detail)
        else:
            state = State.FAIL if engine.name == wanted else State.WARNING
            yield Finding(f"engine {engine.name}", state, availability.reason, availability.hint)
        yield from _advice(registries[Kind.IMAGE], engine.name)
    names = [engine.name for engine in found]
    if wanted not in names:
        fix = f"Set it to one of {', '.join(names)}: STUDIOLO_ENGINE=NAME"
        yield Finding(f"engine {wanted}", State.FAIL, "set to paint, but not installed", fix)


def _advice(registry: Registry[ImageEngine], name: str) -> Iterator[Finding]:
    """How an engine of this machine runs on it."""
    from studiolo.errors import StudioloError

    try:
        told = registry.resolve(name).advice()
    except StudioloError:
        return  # it could not be made ready, which its own finding says
    for each in told:
        state = State.WARNING if each.warning else State.OK
        yield Finding(f"{name} {each.topic}", state, each.detail, each.hint)


def _chosen(settings: Settings) -> Iterator[Finding]:
    """The assistant and the voice that the settings choose; the others are in `studiolo engines`."""
    from studiolo.engines.kinds import Kind
    from studiolo.errors import UnknownEngineError
    from studiolo.studio.engines import build_registries, look_at_engine

    chosen = {
        Kind.CHAT: ("assistant", settings.assistant),
        Kind.SPEECH: ("speech", settings.speech),
    }
    registries = build_registries(settings)
    for kind, (name, spec) in chosen.items():
        try:
            (engine,) = look_at_engine(registries, settings, spec, kinds=(kind,), probe=True)
        except UnknownEngineError as error:
            yield Finding(f"{name} {spec}", State.FAIL, error.message, error.hint)
            continue
        availability = engine.availability
        state = State.OK if availability.ready else State.FAIL
        yield Finding(f"{name} {spec}", state, availability.reason or "ready", availability.hint)


def _offline(settings: Settings) -> Finding:
    detail = "no connection leaves this machine" if settings.offline else "connections are allowed"
    return Finding("offline", State.OK, detail)


def _terminal() -> Finding:
    from studiolo.cli.graphics import Graphics, detect

    if not sys.stdout.isatty():
        return Finding("terminal", State.OK, "output goes into a pipe or file: no pictures shown")
    graphics = detect()
    if graphics is Graphics.NONE:
        fix = "kitty, iTerm2, WezTerm, Ghostty, foot or any terminal with colours shows pictures."
        return Finding("terminal", State.OK, "shows no pictures", fix)
    return Finding("terminal", State.OK, f"shows pictures ({graphics.value})")


def _print_report(findings: list[Finding]) -> None:
    from rich.table import Table
    from rich.text import Text

    from studiolo.cli.console import is_unicode, stdout_console
    from studiolo.cli.failure import one_line

    console = stdout_console()
    signs = {State.OK: ("✓", "green"), State.WARNING: ("!", "yellow"), State.FAIL: ("✗", "bold red")}
    if not is_unicode(console):
        signs = {State.OK: ("ok", "green"), State.WARNING: ("!", "yellow"), State.FAIL: ("X", "bold red")}
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for finding in findings:
        tells = Text(one_line(finding.detail))
        if finding.fix:
            tells.append(f"\n{one_line(finding.fix)}", "cyan")
        grid.add_row(Text(*signs[finding.state]), Text(finding.name), tells)
    console.print(grid)
    failed = sum(finding.state is State.FAIL for finding in findings)
    warned = sum(finding.state is State.WARNING for finding in findings)
    told = (
        f"{failed} {'thing does' if failed == 1 else 'things do'} not work."
        if failed
        else "Everything works."
    )
    if warned:
        told += f" {count_of(warned, 'warning')}."
    console.print(f"\n{told}", style="bold" if not failed else "bold red")
