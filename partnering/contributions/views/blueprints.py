"""The three blueprints of this room, and what their pages share."""

from typing import Any

from ...errors import or_404
from ...events.routing import committee, current_event, event_blueprint, manage_blueprint, participant
from .. import queries, words
from ..models import Call

pages = event_blueprint("contributions", __name__, guard=participant)
reading = event_blueprint("contributions_committee", __name__, "committee", guard=committee)
desk = manage_blueprint("contributions_desk", __name__, "contributions")


def call_or_404() -> Call:
    """The call of this event."""
    return or_404(queries.call_of(current_event()))


def rules_of(call: Call) -> dict[str, Any]:
    """What a page needs to say the rules of a call."""
    return {
        "call": call,
        "forms": {form: words.FORMS[form] for form in call.forms.split(",")},
        "languages_taken": words.listed([str(words.LANGUAGES[code]) for code in call.languages.split(",")]),
        "topics": queries.topics_of(call),
    }


def shown_words() -> dict[str, Any]:
    """Words for states, forms and decisions in all templates of this room."""
    return {
        "FORM_WORDS": words.FORMS,
        "STATE_WORDS": words.STATES,
        "DECISION_WORDS": words.DECISIONS,
        "ANSWER_WORDS": words.ANSWERS,
        "REVIEW_WORDS": words.REVIEWS,
        "LANGUAGE_WORDS": words.LANGUAGES,
    }


for _blueprint in (pages, reading, desk):
    _blueprint.context_processor(shown_words)
