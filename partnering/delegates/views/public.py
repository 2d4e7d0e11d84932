"""The public directory of organisations, beyond one event: those that asked to stand in it."""

import re
from typing import Any

from flask import g, render_template, request
from werkzeug.wrappers import Response

from ...accounts.models import Person
from ...errors import NotFound, or_404, require
from ...events import permissions as event_permissions
from ...guards import GuardedBlueprint, public
from ...headers import answer_unchanged, as_file, cacheable, page_in, words_in
from ...i18n import _
from ...memory import remembered
from ...organisations import images
from ...organisations.models import Organisation
from .. import public as directory
from .. import queries
from ..public import Search
from ..words import region_name, term_label

bp = GuardedBlueprint("organisations", __name__, guard=public, url_prefix="/organisations")
bp.after_request(answer_unchanged)

LONGEST = 100
CODE = re.compile("[A-Za-z0-9_-]{1,60}")


@bp.get("")
@remembered()
def index() -> str:
    """Everybody in the directory, by words and filters, in order of names."""
    cacheable()
    search = searched()
    return render_template(
        "delegates/organisations.html",
        search=search,
        found=directory.find(search),
        chips=[(word(name, code), search.without(name, code)) for name, code in search.active],
        word=word,
        heading=heading,
    )


@bp.get("/<id>")
@remembered()
def show(id: str) -> str:
    """One organisation with everything it shows."""
    cacheable()
    organisation = or_404(directory.by_ref(id))
    return render_template(
        "delegates/organisation.html",
        organisation=organisation,
        opportunities=directory.opportunities_of(organisation),
        events=directory.events_of(organisation),
        word=word,
    )


@bp.get("/<id>/logo/<image>")
def logo(id: str, image: str) -> Response:
    """A logo: to everybody once the organisation is public, else to guests and organisers of its events."""
    organisation = or_404(queries.organisation_by_ref(id))
    if organisation.public_at is not None:
        cacheable()
    else:
        require(_may_see(g.get("person"), organisation))
    if not queries.is_ref(image):
        raise NotFound
    found = or_404(images.image_at(organisation, image))
    ending = "png" if found.media_type == "image/png" else "jpg"
    response = as_file(found.content, found.media_type, f"logo.{ending}", inline=True)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _may_see(person: Person | None, organisation: Organisation) -> bool:
    if person is None:
        return False
    if queries.partners_beside(person, organisation):
        return True
    return any(event_permissions.may_organise(person, event) for event in queries.events_with(organisation))


def searched() -> Search:
    """What the address asks for; what is no code is left out."""
    chosen: dict[str, Any] = {
        name: tuple(dict.fromkeys(code for code in request.args.getlist(name) if CODE.fullmatch(code)))[:20]
        for name in directory.LISTS
    }
    return Search(
        words=words_in(request.args, most=LONGEST),
        page=page_in(request.args, most=1000),
        **chosen,
    )


def word(name: str, code: str) -> str:
    """What a filter is called."""
    if name == "words":
        return code
    if name == "region":
        return region_name(code)
    if name in ("offers", "seeks"):
        return term_label("goal", code, name.removesuffix("s"))
    return term_label("organisation_type" if name == "kind" else name, code)


def heading(name: str) -> str:
    """What a list of filters is called."""
    return {
        "kind": _("Organisation"),
        "sector": _("Sector"),
        "technology": _("Technology"),
        "therapeutic_area": _("Therapeutic area"),
        "region": _("Region"),
        "offers": _("They offer"),
        "seeks": _("They seek"),
    }[name]
