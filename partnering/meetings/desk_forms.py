"""What organisers may send about the rules of meetings, and numbers to try."""

from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms.validators import InputRequired, NumberRange, Optional

from ..fields import WholeField
from ..i18n import LazyText, _l


def whole(label: LazyText, least: int, most: int) -> WholeField:
    """A number that must be there, within these."""
    words = _l("Between %(least)s and %(most)s", least=least, most=most)
    return WholeField(label, [InputRequired(_l("Enter a number")), NumberRange(least, most, words)])


class RulesForm(FlaskForm):
    """How meetings are asked for and answered."""

    open_request_limit = whole(_l("Open requests of one person"), 1, 200)
    meeting_limit = WholeField(
        _l("Meetings of one person"),
        [Optional(), NumberRange(1, 200, _l("Between %(least)s and %(most)s", least=1, most=200))],
    )
    request_days = whole(_l("Days to answer"), 1, 60)
    late_days = whole(_l("Last days before the event"), 0, 60)
    late_hours = whole(_l("Hours to answer in these last days"), 1, 240)
    live_minutes = whole(_l("Minutes to answer a live request"), 5, 240)
    reserve_minutes = whole(_l("Minutes to take a time that came free"), 5, 1440)
    same_organisation = BooleanField(_l("People of the same organisation may ask each other"))
    unpaid_may_ask = BooleanField(_l("People whose ticket is not paid yet may ask"))


class CapacityForm(FlaskForm):
    """Numbers to try; sent by address, since nothing changes."""

    class Meta:
        csrf = False

    people = whole(_l("People"), 0, 100_000)
    meetings = whole(_l("Meetings"), 0, 1_000_000)
    busiest = whole(_l("Meetings of the busiest person"), 0, 10_000)
    slots = whole(_l("Slots"), 0, 10_000)
    tables = whole(_l("Tables"), 0, 10_000)
    two_sided = BooleanField(_l("Two kinds of guests meet, and nobody meets their own kind"))
