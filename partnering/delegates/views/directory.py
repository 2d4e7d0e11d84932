"""The directory, and one partner's page."""

import re
from functools import lru_cache
from typing import Any

from flask import g, get_template_attribute, make_response, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from ... import limits
from ...errors import or_404, require
from ...events.routing import current_participant
from ...headers import page_in, single, words_in
from ...i18n import _, locale
from .. import booking, directory, opportunities, permissions, queries
from ..directory import Wish
from ..words import country_name, language_name, region_name, term_label
from .blueprint import bp, me

LONGEST = 100
"""Signs of a search that count."""

CODE = re.compile("[A-Za-z0-9_.]{1,80}")


SEARCHES = 120
"""So often a minute somebody may look: more than fingers do, less than a program that copies the directory."""


@bp.get("/me/partners", endpoint="directory")
def listing() -> Response:
    """Everybody who lets themselves be found, by filters, best reasons first; to the script only what changes."""
    limits.look("directory.search", current_participant().public_id, limit=SEARCHES, seconds=60)
    mine = me()
    wish = wished()
    page = directory.page(mine, wish)
    part = request.headers.get("X-Part") == "results"
    html = render_template(
        "delegates/found.html" if part else "delegates/directory.html",
        me=mine,
        wish=wish,
        page=page,
        chips=[(label(name, code), name, wish.without(name, code)) for name, code in wish.active],
        nearest=[
            (label(name, code), wish.without(name, code), n)
            for name, code, n in (directory.nearest(mine, wish) if not page.total else [])
        ],
        choices={name: choices(name, page.facets[name], getattr(wish, name)) for name in directory.LISTS},
        outlook="" if part else booking.bookings().outlook(mine),
    )
    response = make_response(html)
    response.vary.add("X-Part")
    return response


@bp.get("/me/partners/<id>")
def partner(id: str) -> str:
    """One partner, as far as they show themselves."""
    mine = me()
    other = or_404(queries.delegate_by_ref(g.event, id))
    require(permissions.may_see(mine, other))
    held = queries.opportunities_of(other.profile, shown=True)
    return render_template(
        "delegates/partner.html",
        me=mine,
        card=directory.card(mine, other),
        opportunities=held,
        contacts=opportunities.contacts_for(mine, held),
    )


def wished() -> Wish:
    """What the address asks for; unknown words are left out."""
    chosen: dict[str, Any] = {
        name: tuple(dict.fromkeys(code for code in request.args.getlist(name) if CODE.fullmatch(code)))[:20]
        for name in directory.LISTS
    }
    sort = single(request.args, "sort") or ""
    return Wish(
        words=words_in(request.args, most=LONGEST),
        free=single(request.args, "free") == "1",
        sort=sort if sort in directory.SORTS else "reasons",
        page=page_in(request.args, most=1000),
        **chosen,
    )


def label(name: str, code: str) -> str:
    """What a filter in force is called on its chip."""
    if name == "words":
        return code
    if name == "free":
        return _("A slot that suits us both")
    if name == "field":
        facet, _dot, term = code.partition(".")
        return term_label(facet, term) if facet in ("sector", "therapeutic_area", "technology") else term
    if name == "offers":
        return _("Offers: %(word)s", word=term_label("goal", code, "offer"))
    if name == "seeks":
        return _("Seeks: %(word)s", word=term_label("goal", code, "seek"))
    if name == "opportunity":
        return {"asset": _("Asset or product"), "technology": _("Technology"), "project": _("Project")}.get(code, code)
    if name in ("modality", "stage"):
        return term_label(name, code)
    if name == "kind":
        return term_label("organisation_type", code)
    return {"country": country_name, "region": region_name}.get(name, language_name)(code)


def plain(name: str, code: str) -> str:
    """The same beside its tick, under the heading of its list."""
    side = {"offers": "offer", "seeks": "seek"}.get(name)
    return term_label("goal", code, side) if side else label(name, code)


def choices(name: str, counted: list[tuple[str, int]], chosen: tuple[str, ...]) -> list[Markup]:
    """The ticks of a list, each with its number: first what is chosen, even where nobody has it."""
    numbers, language = dict(counted), locale()
    none = [code for code in chosen if code not in numbers]
    known = [code for code in numbers if code in chosen]
    rest = [code for code in numbers if code not in chosen]
    first = [_tick(name, code, True, language) % numbers.get(code, 0) for code in (*none, *known)]
    return [Markup(each) for each in (*first, *(_tick(name, code, False, language) % numbers[code] for code in rest))]


@lru_cache(4_000)
def _tick(name: str, code: str, checked: bool, _language: str) -> str:
    """A tick, drawn once in each language, with `%d` for its number: a page has two hundred."""
    drawn = get_template_attribute("components.html", "tick")(name, code, plain(name, code), "\0", checked)
    return str(drawn).replace("%", "%%").replace("\0", "%d")
