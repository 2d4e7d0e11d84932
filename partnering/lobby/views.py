"""Public pages, the same for everybody: free of cookies, cached for a minute, answered with 304 where they can be."""

from flask import Flask, current_app, g, render_template
from werkzeug.datastructures import MultiDict

from ..errors import NotFound
from ..events import queries as event_queries
from ..events.routing import current_event, event_blueprint
from ..guards import GuardedBlueprint, guarded, public
from ..headers import answer_unchanged, cacheable
from ..i18n import _
from ..memory import remembered
from ..programme import structured
from ..registration.queries import takes_codes
from ..registration.refunds import refund_sentences
from . import queries
from .forms import GalleryForm

SITE_PAGES = ("legal_notice", "privacy", "accessibility", "terms", "help")


def for_builders() -> None:
    """Where people build or try the site: in the sample set-up and in tests; elsewhere the page does not exist."""
    if not (current_app.extensions["settings"].sample or current_app.testing):
        raise NotFound


site = GuardedBlueprint("lobby", __name__, guard=public)
event_pages = event_blueprint("events", __name__, guard=public)


@site.get("/")
def index() -> str:
    """All events: upcoming ones first."""
    cacheable()
    events = event_queries.public_events()
    upcoming = [event for event in events if not event_queries.is_over(event)]
    past = [event for event in events if event_queries.is_over(event)]
    own = queries.own_events(g.person) if g.person is not None else []
    return render_template("lobby/index.html", own=own, upcoming=upcoming, past=past)


@site.get("/legal-notice", defaults={"page": "legal_notice"}, endpoint="legal_notice")
@site.get("/privacy", defaults={"page": "privacy"}, endpoint="privacy")
@site.get("/accessibility", defaults={"page": "accessibility"}, endpoint="accessibility")
@site.get("/terms", defaults={"page": "terms"}, endpoint="terms")
@site.get("/help", defaults={"page": "help"}, endpoint="help")
def site_page(page: str) -> str:
    """A page of the installation: legal notice, privacy, accessibility, terms, help."""
    cacheable()
    return render_template(f"lobby/site/{page}.html")


@event_pages.get("/")
@remembered()
def show() -> str:
    """The event: when, where, tickets, from the programme, questions."""
    event = current_event()
    if event.state != "draft":
        cacheable()
    offers = queries.offers(event)
    prices = [offer.price.gross for offer in offers if offer.price and offer.on_sale and not offer.gone]
    takes_part = event.state == "published" and not event_queries.is_over(event)
    return render_template(
        "lobby/event.html",
        over=event_queries.is_over(event),
        offers=offers,
        cheapest=min((price for price in prices if price), default=None),
        free=0 in prices,
        refunds=refund_sentences(event) if any(prices) else [],
        bookable=bool(prices) and takes_part,
        waits=takes_part and not prices and any(offer.waits for offer in offers),
        takes_codes=takes_part and takes_codes(event),
        sessions=queries.highlights(event),
        plate=queries.plate(event),
        slot_minutes=queries.slot_minutes(event),
        structured=structured.of_event(event),
    )


@event_pages.get("/venue")
def venue() -> str:
    """How to get there, and what is accessible."""
    if current_event().state != "draft":
        cacheable()
    return render_template("lobby/venue.html")


@event_pages.get("/legal-notice", defaults={"kind": "legal_notice"}, endpoint="legal_notice")
@event_pages.get("/privacy", defaults={"kind": "privacy"}, endpoint="privacy")
@event_pages.get("/terms", defaults={"kind": "terms"}, endpoint="terms")
def legal(kind: str) -> str:
    """The event's legal notice, privacy notice or terms in force, else the page of the site."""
    if current_event().state != "draft":
        cacheable()
    text = event_queries.legal_text(current_event(), kind)
    if text is None:  # a draft, or an old event: the footer must lead somewhere
        return render_template(f"lobby/site/{kind}.html")
    return render_template("lobby/legal.html", kind=kind, text=text)


@event_pages.get("/accessibility")
def accessibility() -> str:
    """How accessible these pages are."""
    cacheable()
    return render_template("lobby/site/accessibility.html")


@event_pages.get("/help")
def help() -> str:
    """Answers, and whom to ask."""
    cacheable()
    return render_template("lobby/site/help.html")


@site.get("/gallery")
@guarded(for_builders)
def gallery() -> str:
    """Every component in all its states."""
    failed = GalleryForm(formdata=MultiDict({"email": "jana@lumenfold"}), meta={"csrf": False})
    failed.validate()
    shown = {"organisation": "Lumenfold GmbH", "ticket": "s", "fields": ["a"], "listed": True}
    return render_template("gallery.html", form=GalleryForm(formdata=None, data=shown), failed=failed)


site.after_request(answer_unchanged)
event_pages.after_request(answer_unchanged)

blueprints = (site, event_pages)


def own_entries() -> list[tuple[str, str]]:
    """What a signed-in person finds in the navigation of an event's public pages: (endpoint, label)."""
    if g.get("person") is None:
        return []
    part = next((own for own in queries.own_events(g.person, most=50) if own.event.id == g.event.id), None)
    if part is None:
        return []
    entries = [
        (part.takes_part, "schedule.today", _("My pages")),
        (part.helps, "checkin.doors", _("Door")),
        (part.caters and not part.organises, "backoffice.catering", _("Catering")),
        (part.reviews, "contributions_committee.index", _("Committee")),
        (part.hands_in, "contributions.mine", _("My contributions")),
        (part.organises, "backoffice.overview", _("Run the event")),
    ]
    return [(endpoint, label) for shown, endpoint, label in entries if shown]


def install(app: Flask) -> None:
    """Let the navigation of public pages lead those who have a part to it."""
    app.extensions["own_entries"] = own_entries
