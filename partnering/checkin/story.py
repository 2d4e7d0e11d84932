"""What the scans of one place at one list tell: who came in first in each window, and who is inside.

Only those tell who were let through, in the order of (bounded time, device, scan id), so that it does not matter in
which order they became known. In a window the first entry is the admission; a later one counts where the list lets the
same ticket in again, or where crew overruled it; else it is a duplicate: somebody came in on a ticket that was in. An
exit belongs to the window of the entry before it. Twin of `static/checkin/story.js`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from . import zones
from .rules import Door, window_of
from .zones import MINUTE


@dataclass(frozen=True, slots=True)
class Passage:
    """Somebody who was let in or out: when (milliseconds), by which device, and how it called the scan."""

    at: int
    device: int
    id: str
    type: str = "entry"
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """What one window has seen: the admission that counts (`first`, `device`, `id`), entries, and the last of them.

    `inside` knows nothing of the hour at which everybody counts as gone, see `still_inside`.
    """

    key: str
    first: int
    device: int
    id: str
    entries: int = 1
    inside: bool = True
    entered: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """What scans tell. `marks` say of each, by (device, id), if it "counted" or is a "duplicate", and its window."""

    windows: dict[str, Window] = field(default_factory=dict)
    marks: dict[tuple[int, str], tuple[str, str]] = field(default_factory=dict)


def told(door: Door, passages: Iterable[Passage]) -> Story:
    """The story that these scans tell, in whatever order they are given."""
    story = Story()
    for each in sorted(passages, key=lambda each: (each.at, each.device, each.id)):
        tell(door, story, each)
    return story


def tell(door: Door, story: Story, passage: Passage) -> None:
    """Go on with a story; nobody in it came after `passage`."""
    if passage.type == "exit":
        window = last_window(story.windows)
        if window is not None:
            story.windows[window.key] = replace(window, inside=False)
        story.marks[passage.device, passage.id] = ("counted", window.key if window is not None else "")
        return
    key = window_of(door, passage.at)
    window = story.windows.get(key)
    mark = "counted"
    if window is None:
        story.windows[key] = Window(key, passage.at, passage.device, passage.id, entered=passage.at)
    else:
        again = passage.forced or why_not_again(door, window, passage.at) is None
        mark = "counted" if again else "duplicate"
        story.windows[key] = replace(window, entries=window.entries + again, inside=True, entered=passage.at)
    story.marks[passage.device, passage.id] = (mark, key)


def last_window(windows: dict[str, Window]) -> Window | None:
    """The window in which a guest came in last."""
    return max(windows.values(), key=lambda window: (window.entered, window.key), default=None)


def still_inside(door: Door, window: Window, at: int) -> bool:
    """Whether who came in is in at a moment: not gone out, and not counted as gone out since at the hour for it."""
    if not window.inside or door.exit_all is None:
        return window.inside
    return zones.last_time(door.zone, door.exit_all, at) <= window.entered


def why_not_again(door: Door, window: Window, at: int) -> str | None:
    """Why a list does not let in a ticket once more in a window ("rules", "already_in"), or None."""
    if door.entries == "single" or (door.entries == "reentry" and still_inside(door, window, at)):
        return "already_in"
    if door.most is not None and window.entries >= door.most:
        return "rules"
    if door.least is not None and at - window.entered < door.least * MINUTE:
        return "rules"
    return None
