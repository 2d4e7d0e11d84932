"""What organisers should think twice about before asking (Art. 5(1)(c) and Art. 9 GDPR)."""

import re

from ..i18n import LazyText, _l
from ..text import fold
from .queries import QuestionShown

_HEALTH = re.compile(
    r"allerg|unvertraglich|intoleran|ernahrung|diat|diet|vegan|vegetar|halal|koscher|kosher|\bessen|\bmeal|barriere|"
    r"behinder|disab|accessib|rollstuhl|wheelchair|gesundheitlich|gesundheitszustand|health condition|krankheit|"
    r"illness|schwanger|pregnan|impfung|vaccinat|relig|konfession|gewerkschaft|trade union|ethni"
)
_BIRTH = re.compile(r"geburt|birth|\balter\b|\bage\b")
_PAPERS = re.compile(r"\bpass\b|\bpassnummer|passport|ausweis|identity card|\bid number|steuer-?id|sozialversicherung")
_PRIVATE = re.compile(r"geschlecht|gender|familienstand|marital|nationalit|staatsangehor|privatadresse|home address")


def warnings(question: QuestionShown) -> list[LazyText]:
    """Sentences about a question whose words suggest that it asks for more than a conference needs."""
    words = fold(" ".join((question.label.de, question.label.en, question.help.de, question.help.en)))
    found = []
    if _HEALTH.search(words) and not question.sensitive:
        found.append(
            _l("This seems to be about health, food or belief. Make it sensitive, so that only catering reads it.")
        )
    if _BIRTH.search(words):
        found.append(_l("A date of birth is rarely needed. Would a question such as “Are you 18 or older?” do?"))
    if _PAPERS.search(words):
        found.append(
            _l("Numbers of passports and identity cards invite misuse. Ask for them only if the law makes you.")
        )
    if _PRIVATE.search(words):
        found.append(_l("This is about private life. Ask only if you need it, and leave it optional."))
    if question.required and question.sensitive:
        found.append(_l("Nobody should have to tell about their health to take part. Leave it optional."))
    if question.kind == "file":
        found.append(_l("Files often hold more than was asked for. Say in the help what you need from them."))
    return found
