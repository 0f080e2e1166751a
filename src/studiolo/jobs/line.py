"""Who is next: the order of those who wait for one device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A job that waits. Ids sort by the time of asking."""

    job_id: str
    owner: str
    priority: int


def in_order(waiting: Iterable[Waiting], served: Mapping[str, int]) -> list[str]:
    """The ids of those who wait, the next one first.

    Higher priorities first. Within one, owners take turns, so that who asks for a hundred pictures does not
    keep out who asks for one; each owner's own jobs come in the order they were asked for.

    Args:
        waiting: who waits.
        served: when a job of each owner was last begun, in any unit; who is not in it goes first.
    """
    turns: dict[tuple[int, str], int] = defaultdict(int)
    keys: list[tuple[int, int, int, str]] = []
    for one in sorted(waiting, key=lambda one: one.job_id):
        turn = turns[one.priority, one.owner]
        turns[one.priority, one.owner] += 1
        keys.append((-one.priority, turn, served.get(one.owner, -1), one.job_id))
    return [job_id for *_, job_id in sorted(keys)]
