"""Words for what a call holds."""

from ..i18n import LazyText, _, _l

FORMS: dict[str, LazyText] = {
    "talk": _l("Talk"),
    "pitch": _l("Pitch"),
    "poster": _l("Poster"),
    "workshop": _l("Workshop"),
}

LANGUAGES: dict[str, LazyText] = {"de": _l("German"), "en": _l("English")}

STATES: dict[str, tuple[LazyText, str, str]] = {
    "draft": (_l("Draft"), "", "free"),
    "submitted": (_l("Handed in"), "info", "pending"),
    "accepted": (_l("Accepted"), "ok", "taken"),
    "reserve": (_l("Reserve list"), "warn", "pending"),
    "rejected": (_l("Not accepted"), "", "off"),
    "withdrawn": (_l("Withdrawn"), "", "off"),
}
"""What has become of a contribution, with tone and well."""

DECISIONS: dict[str, tuple[LazyText, str, str]] = {
    "": (_l("Not decided"), "", "free"),
    "accept": (_l("Accepted, not told yet"), "ok", "pending"),
    "reserve": (_l("On the reserve list, not told yet"), "warn", "pending"),
    "reject": (_l("Not accepted, not told yet"), "bad", "pending"),
}
"""What organisers have decided and nobody knows, with tone and well."""

ANSWERS: dict[str, tuple[LazyText, str, str]] = {
    "accept": (_l("Accepted"), "ok", "taken"),
    "reserve": (_l("Reserve list"), "warn", "pending"),
    "reject": (_l("Not accepted"), "", "off"),
}
"""What its author will read, with tone and well."""

REVIEWS: dict[str, tuple[LazyText, str, str]] = {
    "": (_l("To read"), "info", "free"),
    "draft": (_l("Begun"), "warn", "pending"),
    "done": (_l("Reviewed"), "ok", "taken"),
    "stepped_back": (_l("Stepped back"), "", "off"),
}
"""How far a member of the committee is with a contribution, with tone and well."""


def listed(words: list[str]) -> str:
    """ "German or English": any of these."""
    if len(words) < 2:
        return "".join(words)
    return _("%(some)s or %(last)s", some=", ".join(words[:-1]), last=words[-1])
