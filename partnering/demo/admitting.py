"""The doors of a sample event: one for each day, a workshop with certificates, a dinner where something is asked."""

from ..checkin import asking, presets, setting_up
from ..checkin.services import make_list
from ..db import BilingualText
from ..events.models import Event
from ..tickets.models import Product


def open_doors(event: Event, products: dict[str, Product]) -> None:
    """Check-in lists as organisers would make them from what they offer."""
    setting_up.doors_by_day(event)
    offers = presets.offers_of(event)
    workshop = next((each for each in offers.sessions if each.kind == "workshop"), None)
    if workshop is not None:
        made = presets.preset(event, offers, "workshop", workshop.public_id)
        make_list(event, made.name, kind="workshop", session_id=workshop.id, **made.values)
    if "dinner" in products:
        made = presets.preset(event, offers, "dinner", products["dinner"].public_id)
        dinner = make_list(event, made.name, kind="dinner", **made.values)
        dishes = [BilingualText("Zander", "Pike-perch"), BilingualText("Kürbis und Linsen", "Squash and lentils")]
        label = BilingualText("Welches Hauptgericht?", "Which main course?")
        asking.add(event, dinner, asking.Words(label, "choice", True, [("", dish) for dish in dishes]))
