"""What organisers may send about the rules of meetings, and numbers to try."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms.validators import InputRequired, NumberRange, Optional

from ..events.forms import DayField, HourField
from ..fields import SeenField, WholeField
from ..i18n import LazyText, _, _l


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
    from_day = DayField(_l("Requests from"), [Optional()])
    from_time = HourField(_l("Requests from, time of day"), [Optional()])
    until_day = DayField(_l("Requests until"), [Optional()])
    until_time = HourField(_l("Requests until, time of day"), [Optional()])
    plan_on = DayField(_l("Day on which planned times follow"), [Optional()])
    seen = SeenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """Days and times belong together, and the end comes after the beginning."""
        passed = super().validate(extra_validators)
        for day, time in ((self.from_day, self.from_time), (self.until_day, self.until_time)):
            if day.errors or time.errors:
                continue
            if day.data is not None and time.data is None:
                time.errors = [_("Enter a time such as 8:30")]
            elif time.data is not None and day.data is None:
                day.errors = [_("Enter a day")]
        both = (self.from_day, self.from_time, self.until_day, self.until_time)
        if all(field.data is not None and not field.errors for field in both) and (
            (self.until_day.data, self.until_time.data) <= (self.from_day.data, self.from_time.data)
        ):
            self.until_day.errors = [_("Requests must end after they begin")]
        return passed and not any(field.errors for field in both)


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
