"""What organisers type about a check-in list. Shape only; what fits the event's other lists is in `setting_up`."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from ..events.forms import HourField, MomentField, listed, one_line
from ..fields import SeenField, WholeField
from ..i18n import _, _l

MOST_ENTRIES = 99
MOST_MINUTES = 1440

KIND_WORDS = {
    "door": _l("Entrance"),
    "workshop": _l("Workshop or session"),
    "dinner": _l("Dinner or other extra"),
    "setup": _l("Set-up"),
}
ENTRY_WORDS = {
    "reentry": _l("Again after going out, crew scan at the exit"),
    "single": _l("Once"),
    "multiple": _l("As often as somebody comes"),
}
UNPAID_WORDS = {
    "warn": _l("Let in, the scanner shows amber"),
    "admit": _l("Let in like everybody"),
    "refuse": _l("Do not let in"),
}


class ListForm(FlaskForm):
    """A check-in list: what it is for, whom it lets in, when, how often, and what the door says of guests."""

    seen = SeenField()
    name_de = StringField(
        _l("Name in German"), [InputRequired(_l("Enter the name in German")), Length(max=60)], [one_line]
    )
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=60)], [one_line])
    kind = RadioField(_l("What for"), choices=listed(dict(KIND_WORDS)), default="door")
    session = SelectField(_l("Session"), default="")
    whom = RadioField(
        _l("Whom it lets in"),
        choices=listed(
            {
                "all": _l("Everybody with a ticket"),
                "booked": _l("Only who has booked the session"),
                "some": _l("Only who has one of these"),
            }
        ),
        default="all",
    )
    products = SelectMultipleField(_l("Tickets"))
    addons = SelectMultipleField(_l("Booked extras"))
    after = SelectMultipleField(_l("Only after being let in at one of these"))
    days = SelectMultipleField(_l("On which days"), validators=[InputRequired(_l("Tick at least one day"))])
    opens_at = MomentField(_l("Opens"), [Optional()])
    closes_at = MomentField(_l("Closes"), [Optional()])
    daily_from = HourField(_l("Each day from"), [Optional()])
    daily_until = HourField(_l("Each day until"), [Optional()])
    window_kind = RadioField(
        _l("Check in"),
        choices=listed({"event": _l("Once for the event"), "day": _l("Once a day")}),
        default="event",
    )
    entries = RadioField(
        _l("How often a ticket opens this door"),
        choices=listed(dict(ENTRY_WORDS)),
        default="reentry",
    )
    most_entries = WholeField(
        _l("At most so many times"),
        [Optional(), NumberRange(1, MOST_ENTRIES, _l("Enter a number from %(least)s to %(most)s", least=1, most=99))],
    )
    least_minutes = WholeField(
        _l("Minutes between two entries, at least"),
        [
            Optional(),
            NumberRange(1, MOST_MINUTES, _l("Enter a number from %(least)s to %(most)s", least=1, most=MOST_MINUTES)),
        ],
    )
    exit_all_at = HourField(_l("Everybody counts as gone out at"), [Optional()])
    unpaid = RadioField(
        _l("Guests whose invoice is open"),
        choices=listed(dict(UNPAID_WORDS)),
        default="warn",
    )
    extras = SelectMultipleField(_l("What the door is shown of a guest"))
    certificate = BooleanField(_l("Certificates of attendance"))

    def offer(
        self,
        *,
        sessions: dict[str, str],
        products: dict[str, str],
        addons: dict[str, str],
        lists: dict[str, str],
        days: dict[str, str],
        booked: dict[str, str],
    ) -> None:
        """Let the form choose among these, by public id or ISO day; what there is nothing of is not asked.

        `booked` is by which add-on places in a session are booked, by the session.
        """
        self.booked = booked
        if not booked:
            self.whom.choices = [each for each in self.whom.choices if each.value != "booked"]
        self.session.choices = listed({"": _("None"), **sessions})
        self.days.choices = listed(days)
        self.extras.choices = listed({**addons, "photo": _("Refuses to be photographed")})
        for name, choices in (("products", products), ("addons", addons), ("after", lists)):
            self[name].choices = listed(choices)
            if not choices:
                delattr(self, name)
        if not sessions:
            del self.session

    def validate_whom(self, field: Any) -> None:
        """Who has booked a session is known where places in it can be booked."""
        if field.data == "booked" and (self.session.data if "session" in self else "") not in self.booked:
            raise ValidationError(_("Choose a session above whose places can be booked, or somebody else"))

    def validate_closes_at(self, field: Any) -> None:
        """A door closes after it opens."""
        if field.data and self.opens_at.data and field.data <= self.opens_at.data:
            raise ValidationError(_("Enter a time after the door opens"))

    def validate_daily_until(self, field: Any) -> None:
        """A night may pass midnight; a whole day has neither beginning nor end."""
        if field.data and field.data == self.daily_from.data:
            raise ValidationError(_("Enter another time than the beginning, or leave both empty for the whole day"))

    def validate_most_entries(self, field: Any) -> None:
        """A ticket that opens once opens no second time."""
        self._not_once(field)

    def validate_least_minutes(self, field: Any) -> None:
        """The same."""
        self._not_once(field)

    def _not_once(self, field: Any) -> None:
        if field.data is not None and self.entries.data == "single":
            raise ValidationError(_("Leave this empty: a ticket opens this door only once"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Besides each field: whoever lets in only some says whom."""
        fits = bool(super().validate(extra_validators))
        asked = [self[name] for name in ("products", "addons") if name in self]
        if self.whom.data == "some" and not any(field.data for field in asked):
            field = asked[0] if asked else self.whom
            field.errors = [*field.errors, _("Tick at least one ticket or booked extra")]
            return False
        return fits
