"""Pictures of badges on pages: the longest names in a layout, with a code that opens no door."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from markupsafe import Markup

from ...events.models import Event
from ...i18n import _
from .. import queries
from ..content import SPECIMEN_CODE, SPECIMEN_PRINTED, SPECIMENS, Badge, Heading
from ..drawing import picture
from ..layout import For, Layout
from ..placing import place
from ..tasks import heading_of


def preview(
    event: Event, found: Sequence[Badge], layout_of: Callable[[Badge], Layout], when: For | None = None
) -> list[Markup]:
    """The longest names among badges, or invented ones, each in its layout; in the language in force.

    The code on a picture is the same for all and belongs to nobody.
    """
    heading = heading_of(event)
    return [drawn(badge, layout_of(badge), heading) for badge in specimens(found, when)]


def specimens(found: Sequence[Badge], when: For | None = None) -> list[Badge]:
    """The longest names among those that a layout is meant for, with a code that opens no door."""
    fitting = [badge for badge in found if when is None or when.fits(badge)]
    chosen = queries.longest(fitting) or [
        replace(each, role=when.roles[0] if when is not None and when.roles else each.role) for each in SPECIMENS
    ]
    return [replace(badge, code=SPECIMEN_CODE, printed=SPECIMEN_PRINTED) for badge in chosen]


def drawn(badge: Badge, layout: Layout, heading: Heading) -> Markup:
    """One badge as a picture."""
    title = _("Badge of %(name)s", name=badge.name)
    return picture(place(layout, badge, heading), layout.width, layout.height, title)
