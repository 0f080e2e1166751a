"""A scene → where every copy of every thing stands, in pixels, and what is painted first."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from studiolo.engines.pocket import arrange, facts
from studiolo.engines.pocket.arrange import Group, Item
from studiolo.engines.pocket.backgrounds.paint import Backdrop, paint
from studiolo.engines.pocket.casting import Role, cast, natural_size
from studiolo.engines.pocket.drawings import Drawing, DrawingLibrary
from studiolo.engines.pocket.fitting import fit
from studiolo.engines.pocket.grading import Palette
from studiolo.engines.pocket.looks import COLOURLESS
from studiolo.engines.pocket.scene import Relation, Scene
from studiolo.engines.pocket.sprites import head_of
from studiolo.engines.pocket.vocabulary import colour_rgb
from studiolo.imaging.colours import hex_to_rgb, to_lch

_NO_GROUND = frozenset({"sky", "space", "underwater"})
_ATTACHING = ("wearing", "on", "in", "with", "under", "above", "below", "behind", "in_front_of")


@dataclass(frozen=True, slots=True)
class Placed:
    """One copy on the canvas: its drawing stands on the foot of `box` (left, top, right, bottom)."""

    thing: int
    copy: int
    drawing: Drawing
    choices: tuple[Drawing, ...]
    colour: str | None
    second_colour: str | None
    box: tuple[float, float, float, float]
    mirror: bool
    shadow: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """All a renderer needs: the painted backdrop, and the copies from back to front."""

    scene: Scene
    width: int
    height: int
    backdrop: Backdrop
    placed: tuple[Placed, ...]
    missing: tuple[int, ...]  # things without a drawing
    palette: Palette | None = None


def plan_layout(
    scene: Scene,
    library: DrawingLibrary,
    width: int,
    height: int,
    rng: np.random.Generator,
    look: str | None = None,
    palette: Palette | None = None,
) -> Layout:
    """Place everything. The same `rng` state gives the same layout; `look` forces a set of drawings."""
    roles = cast(scene, library, rng, look)
    # A look that leaves greys takes its colours at the end: here they would only blur what it draws.
    painted_in = None if scene.style in COLOURLESS else palette
    backdrop = paint(scene, width, height, rng, _mean_colour(roles), painted_in)
    stage = _Stage(scene, roles, backdrop, library, rng)
    standing, hanging = stage.groups()
    items = fit(standing, hanging, width, height, backdrop, rng, scene)
    # A mirrored head would leave its hat, or its rider's seat, behind.
    fixed = {r.a if r.kind == "wearing" else r.b for r in scene.relations if r.kind in {"wearing", "on"}}
    placed = [
        _placed(item, roles, backdrop, rng, mirrors=item.thing not in fixed)
        for item in sorted(items, key=lambda i: i.z)
    ]
    missing = tuple(i for i, role in enumerate(roles) if role is None)
    return Layout(scene, width, height, backdrop, tuple(placed), missing, palette)


def _mean_colour(roles: list[Role | None]) -> tuple[float, float, float]:
    colours = [
        np.array(colour_rgb(role.colour)) / 255 if role.colour else hex_to_rgb(role.drawing.colours[0])
        for role in roles
        if role is not None and (role.colour or role.drawing.colours)
    ]
    if not colours:
        return 0.6, 0.0, 0.0
    lch = to_lch(np.mean(colours, axis=0))
    return float(lch[0]), float(lch[1]), float(lch[2])


class _Stage:
    """Builds groups of things that belong together, and brings them into order from left to right."""

    def __init__(
        self,
        scene: Scene,
        roles: list[Role | None],
        backdrop: Backdrop,
        library: DrawingLibrary,
        rng: np.random.Generator,
    ) -> None:
        self._library = library
        self._scene = scene
        self._roles = roles
        self._place = backdrop.place
        self._rng = rng
        self._children: dict[int, list[Relation]] = {}
        self._parent: dict[int, int] = {}
        self._ordered: list[Relation] = []
        for relation in scene.relations:
            self._sort(relation)

    def groups(self) -> tuple[list[Group], list[Group]]:
        """The groups on the ground, left to right, and those that hang in the air on their own."""
        roots = [i for i in range(len(self._roles)) if i not in self._parent and self._roles[i] is not None]
        order = self._order(roots)
        related = {self._root(i) for r in self._ordered for i in (r.a, r.b, r.c) if i is not None}
        groups = {i: self._build(i) for i in order}
        for relation in self._ordered:
            if (
                relation.kind == "between"
                and relation.c is None
                and {relation.a, relation.b} <= groups.keys()
            ):
                groups[relation.b] = self._among(groups.pop(relation.a), groups[relation.b])
                order.remove(relation.a)
        aloft = [i for i in order if groups[i][0].floats and i not in related and len(groups[i]) < 10]
        if len(aloft) == len(order):
            return [groups[i] for i in order], []
        return [groups[i] for i in order if i not in aloft], [groups[i] for i in aloft]

    def _among(self, middle: Group, others: Group) -> Group:
        """Stand `middle` between the halves of a row ("a heart between two stars")."""
        row = sorted(others, key=lambda item: item.centre)
        halves = [row[: len(row) // 2], row[len(row) // 2 :]]
        parts = [part for part in (halves[0], middle, halves[1]) if part]
        return arrange.beside(parts, [0.12] * (len(parts) - 1))

    def _sort(self, relation: Relation) -> None:
        kind, a, b = relation.kind, relation.a, relation.b
        if a == b or self._roles[a] is None or self._roles[b] is None:
            return
        held = kind in {"wearing", "with", "below"}
        parent, child = (a, b) if held else (b, a)
        attaches = kind in _ATTACHING and not (kind == "with" and self._is_large(child, parent))
        if attaches and child not in self._parent and self._root(parent) != child:
            self._parent[child] = parent
            self._children.setdefault(parent, []).append(relation)
        else:
            self._ordered.append(replace(relation, kind="next_to") if kind in _ATTACHING else relation)

    def _is_large(self, child: int, parent: int) -> bool:
        sizes = [
            natural_size(role, self._scene.things[i]) for i in (child, parent) if (role := self._roles[i])
        ]
        many = self._scene.things[child].count > 1
        return sizes[0][0] * sizes[0][1] > (0.3 if many else 0.6) * sizes[1][0] * sizes[1][1]

    def _root(self, index: int) -> int:
        while index in self._parent:
            index = self._parent[index]
        return index

    def _role(self, index: int) -> Role:
        role = self._roles[index]
        if role is None:  # groups are only built of things that have one
            raise LookupError(index)
        return role

    def _build(self, index: int) -> Group:
        thing, role = self._scene.things[index], self._role(index)
        floats = facts.floats(role.drawing.name, self._place)
        group = arrange.copies(
            index,
            thing.count,
            natural_size(role, thing),
            self._rng,
            floats=floats,
            tight=len(self._roles) > 1,
            rise=self._rise(floats=floats),
        )
        relations = sorted(self._children.get(index, []), key=lambda r: _ATTACHING.index(r.kind))
        for position, relation in enumerate(relations):
            group = self._attach(group, index, relation, position, len(relations))
        return group

    def _rise(self, *, floats: bool) -> float:
        """Rows on real ground overlap, or those behind would hang in the air."""
        if self._place is not None and not floats and self._place not in _NO_GROUND:
            return 0.62
        return 0.86 if len(self._roles) > 1 else 1.02

    def _attach(self, group: Group, index: int, relation: Relation, position: int, siblings: int) -> Group:
        child_index = relation.b if relation.a == index else relation.a
        child, name = self._build(child_index), self._role(index).drawing.name
        own = [i for i in group if i.thing == index]
        base = own[len(own) // 2]
        wobble = float(self._rng.uniform(-0.06, 0.06))
        share = 0.5 + wobble if siblings == 1 else (position + 0.5) / siblings
        side = 1.0 if self._rng.random() < 0.5 else -1.0
        if siblings > 1 and relation.kind in {"on", "in"}:
            child = arrange.scaled(child, 0.8)
        match relation.kind:
            case "wearing":
                return group + self._worn(child_index, own)
            case "on":
                share = self._seat(index, share)
                return arrange.put_on(child, group, base, name, share)
            case "in":
                return arrange.put_in(child, group, base, name, share)
            case "under":
                return arrange.put_under(child, group, base, name, share)
            case "above" | "below":
                return arrange.put_above(child, group)  # "below": the parent is what is lower, see _sort
            case "behind":
                return arrange.put_behind(child, group, side)
            case "in_front_of":
                return arrange.put_behind(group, child, side)
            case _:
                return arrange.put_with(child, group, side)

    def _seat(self, index: int, share: float) -> float:
        """Riders sit away from an animal's head."""
        drawing = self._role(index).drawing
        if drawing.group != "animals-nature" or facts.is_face(drawing.name, drawing.group):
            return share
        head = head_of(self._library, drawing)[0]
        return share if 0.4 < head < 0.6 else share + 0.14 * (1 if head < 0.5 else -1)

    def _worn(self, child_index: int, wearers: list[Item]) -> Group:
        """One for each wearer: "two dogs with a hat" have a hat each."""
        role, thing = self._role(child_index), self._scene.things[child_index]
        width, height = natural_size(role, thing)
        worn: Group = []
        for n, base in enumerate(wearers):
            drawing = self._role(base.thing).drawing
            item = Item(child_index, n, 0, 0, width, height)
            face = facts.is_face(drawing.name, drawing.group)
            head = (0.5, 1.0, 1.0) if face else head_of(self._library, drawing)
            worn.append(arrange.put_wearing(item, base, role.drawing.name, face=face, head=head))
        return worn

    def _order(self, roots: list[int]) -> list[int]:
        """Left to right: as related, then as positioned, then as mentioned."""
        ranks = {"left": -1, "right": 1}
        order = sorted(roots, key=lambda i: ranks.get(self._scene.things[i].position or "", 0))
        for _ in range(len(roots)):
            for relation in self._ordered:
                order = self._enforce(order, relation)
        return order

    def _enforce(self, order: list[int], relation: Relation) -> list[int]:
        a, b = self._root(relation.a), self._root(relation.b)
        if a == b or a not in order or b not in order:
            return order
        if relation.kind == "between" and relation.c is not None and self._root(relation.c) in order:
            c = self._root(relation.c)
            rest = [i for i in order if i not in {a, c}]
            at = rest.index(b)
            return [*rest[: at + 1], a, c, *rest[at + 1 :]]
        first, second = (a, b) if relation.kind == "left_of" else (b, a)
        if relation.kind in {"left_of", "right_of"} and order.index(first) > order.index(second):
            order = [i for i in order if i != first]
            order.insert(order.index(second), first)
        return order


def _placed(
    item: Item, roles: list[Role | None], backdrop: Backdrop, rng: np.random.Generator, *, mirrors: bool
) -> Placed:
    role = roles[item.thing]
    if role is None:
        raise LookupError(item.thing)
    mirrors = mirrors and all(facts.mirrors(d.name) for d in role.choices)
    flipped = bool(rng.random() < 0.5) and mirrors
    return Placed(
        thing=item.thing,
        copy=item.copy,
        drawing=role.drawing,
        choices=role.choices,
        colour=role.colour,
        second_colour=role.second_colour,
        box=(item.x, item.y, item.x + item.width, item.y + item.height),
        mirror=flipped,
        shadow=not (item.floats or item.attached or backdrop.floats),
    )
