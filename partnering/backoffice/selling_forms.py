"""What organisers may type about pools, tickets, add-ons and refunds. Shape only; numbers are read by `typed`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError

from ..agenda.models import Location
from ..events.forms import DayField, HourField, MomentField, lines, listed, one_line
from ..fields import RowsField
from ..i18n import LazyText, _l, bi, day
from ..tickets import money
from ..tickets.models import Pool, Product
from . import typed
from .bundling import NothingLeft
from .forms import AMOUNT, AUDIENCES, ROLES, WHOLE, OnceForm, a_number

PERCENTAGE = _l("Enter a percentage from 0 to 100, such as 19")
SHARE = _l("Enter a share above 0 and below 100 percent, such as 12.5")
EVERYBODY_AND_OTHERS = {
    "": AUDIENCES["standard"],
    **{key: word for key, word in AUDIENCES.items() if key != "standard"},
}
MOST_ROWS = 12


def _when_asked(form: Any, field: Any) -> None:
    """Let a field pass that the page did not show: its pool was made meanwhile."""
    if field.raw_data is not None and not field.raw_data:
        raise StopValidation


class Deed(OnceForm):
    """What every form here carries: a key against sending twice, and the version that its page showed."""

    version = HiddenField()


class PoolForm(Deed):
    """A pool of places: its name and how many it holds. Fewer than are taken needs to be `understood`."""

    name_de = StringField(
        _l("Name in German"), [InputRequired(_l("Enter the name in German")), Length(max=120)], [one_line]
    )
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=120)], [one_line])
    capacity = StringField(_l("Places"), [InputRequired(WHOLE), a_number(0, 100_000)], [one_line])
    reason = StringField(_l("Reason, for the log"), [Optional(), Length(max=300)], [one_line])
    understood = HiddenField()


class OverForm(Deed):
    """More places than a pool holds, on somebody's word."""

    extra = StringField(_l("How many more"), [InputRequired(WHOLE), a_number(1, 10_000)], [one_line])
    reason = StringField(
        _l("Reason, for the log"), [InputRequired(_l("Say why, for the log")), Length(max=300)], [one_line]
    )


class TierForm(Form):
    """One price: until a day or for good, for everybody or for an audience. `key` names the price that it changes."""

    key = HiddenField()
    gross = StringField(
        _l("Price, VAT included"), [InputRequired(AMOUNT), typed.reads(typed.cents, AMOUNT)], [one_line]
    )
    until = DayField(_l("Last day"), [Optional()])
    audience = SelectField(_l("For"), choices=listed(EVERYBODY_AND_OTHERS), default="")
    name_de = StringField(_l("Name in German"), [Optional(), Length(max=80)], [one_line])
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=80)], [one_line])


class PartForm(Form):
    """A part of a ticket's price that is taxed by itself."""

    name_de = StringField(
        _l("Name in German"), [InputRequired(_l("Enter the name in German")), Length(max=120)], [one_line]
    )
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=120)], [one_line])
    share = StringField(
        _l("Share of the price in percent"), [InputRequired(SHARE), typed.reads(typed.basis_points, SHARE)], [one_line]
    )
    vat = StringField(
        _l("VAT in percent"), [InputRequired(PERCENTAGE), typed.reads(typed.basis_points, PERCENTAGE)], [one_line]
    )
    online = BooleanField(_l("Online: taxed where the recipient is"))

    def validate_share(self, field: Any) -> None:
        if not 0 < (typed.basis_points(field.data) or 0) < money.WHOLE:
            raise ValidationError(str(SHARE))


class Sold(Deed):
    """What tickets and add-ons have in common. For each pool the form holds a field `draw_<public id>`."""

    name_de = StringField(
        _l("Name in German"), [InputRequired(_l("Enter the name in German")), Length(max=120)], [one_line]
    )
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=120)], [one_line])
    description_de = StringField(_l("In one sentence, German"), [Optional(), Length(max=300)], [one_line])
    description_en = StringField(_l("In one sentence, English"), [Optional(), Length(max=300)], [one_line])
    prices = RowsField(FormField(TierForm), _l("Price"), max_entries=MOST_ROWS)
    vat = StringField(
        _l("VAT in percent"), [InputRequired(PERCENTAGE), typed.reads(typed.basis_points, PERCENTAGE)], [one_line]
    )
    on_sale_from = MomentField(_l("On sale from"), [Optional()])
    on_sale_until = MomentField(_l("On sale until"), [Optional()])
    online = RadioField(
        _l("Takes place"), choices=listed({"site": _l("On site"), "online": _l("Online only")}), default="site"
    )
    active = BooleanField(_l("On sale at all"))
    hidden = BooleanField(_l("Hidden from the public page"))
    waiting_list = BooleanField(_l("Waiting list when it is sold out"))

    @classmethod
    def with_pools(cls, pools: Sequence[Pool], **values: Any) -> Any:
        """The form with a field for every pool: how many places one unit takes from it."""
        fields = {
            f"draw_{pool.public_id}": StringField(
                bi(pool.name), [_when_asked, InputRequired(WHOLE), a_number(0, 100)], [one_line], default="0"
            )
            for pool in pools
        }
        return type(f"{cls.__name__}WithPools", (cls,), fields)(**values)

    def validate_on_sale_until(self, field: Any) -> None:
        if self.on_sale_from.data and field.data and field.data <= self.on_sale_from.data:
            raise ValidationError(str(_l("The sale ends before it begins")))

    def validate_prices(self, field: Any) -> None:
        if not field.entries:
            raise ValidationError(str(_l("Enter a price; what costs nothing has the price 0")))
        seen = set()
        for entry in field:
            held = (entry.form.until.data, entry.form.audience.data)
            if held in seen and not entry.form.errors:
                raise ValidationError(str(_l("Two prices for the same people end on the same day")))
            seen.add(held)


class ProductForm(Sold):
    """A ticket type."""

    features_de = TextAreaField(_l("What it includes, German"), [Optional(), Length(max=1000)], [lines])
    features_en = TextAreaField(_l("What it includes, English"), [Optional(), Length(max=1000)], [lines])
    audience = SelectField(_l("For"), choices=listed(AUDIENCES), default="standard")
    role = SelectField(_l("Word on the badge"), choices=listed(ROLES), default="attendee")
    capacity = StringField(_l("How many there are"), [Optional(), a_number(0, 100_000)], [one_line])
    seats = StringField(_l("People on one ticket"), [InputRequired(WHOLE), a_number(1, 20)], [one_line])
    fewest_per_order = StringField(_l("Least in one order"), [InputRequired(WHOLE), a_number(1, 100)], [one_line])
    most_per_order = StringField(_l("Most in one order"), [InputRequired(WHOLE), a_number(1, 100)], [one_line])
    days = SelectMultipleField(_l("Admits on"), choices=[])
    add_ons = SelectMultipleField(_l("May be booked with it"), choices=[])
    parts = RowsField(FormField(PartForm), _l("Part of the price"), max_entries=MOST_ROWS)
    partnering = BooleanField(_l("Takes part in partnering"))
    recommended = BooleanField(_l("Recommended on the public page"))
    needs_approval = BooleanField(_l("You approve each registration first"))
    pending_counts = BooleanField(_l("Who waits for your approval keeps a place meanwhile"))
    keeps_price = BooleanField(_l("Who orders in time keeps that price, however late they pay"))

    def offer(self, days: Sequence[date], add_ons: Sequence[Product]) -> None:
        """Let the form choose among these days and add-ons."""
        self.days.choices = listed({each.isoformat(): day(each, "weekday") for each in days})
        self.add_ons.choices = listed({product.public_id: bi(product.name) for product in add_ons})

    def validate_most_per_order(self, field: Any) -> None:
        least, most = typed.whole(self.fewest_per_order.data), typed.whole(field.data)
        if least is not None and most is not None and most < least:
            raise ValidationError(str(_l("That is fewer than the least in one order")))

    def validate_parts(self, field: Any) -> None:
        shares = [typed.basis_points(row.form.share.data) or 0 for row in field]
        if sum(shares) >= money.WHOLE:
            raise ValidationError(str(NothingLeft.message))

    def validate_days(self, field: Any) -> None:
        if field.choices and not field.data:
            raise ValidationError(str(_l("Tick at least one day")))


class NeededFor:
    """A validator: an answer is needed where the add-on takes this kind of time, and not looked at elsewhere."""

    def __init__(self, time: str, message: LazyText) -> None:
        self._time, self._message = time, message

    def __call__(self, form: Any, field: Any) -> None:
        if form.takes_time.data != self._time:
            field.errors[:] = []
            raise StopValidation
        if not any(field.raw_data or ()):
            field.errors[:] = []
            raise StopValidation(str(self._message))


class AddOnForm(Sold):
    """What may be booked with a ticket: a dinner, a tour, a workshop with its time."""

    capacity = StringField(_l("Places of its own"), [Optional(), a_number(0, 100_000)], [one_line])
    most_per_order = StringField(_l("Most in one order"), [InputRequired(WHOLE), a_number(1, 100)], [one_line])
    offered = SelectMultipleField(_l("Offered with"), choices=[])
    takes_time = RadioField(
        _l("Time"),
        choices=listed(
            {
                "none": _l("At no fixed time"),
                "own": _l("At a time of its own, such as a workshop"),
                "session": _l("It is a session of the programme"),
            }
        ),
        default="none",
    )
    day = SelectField(_l("Day"), choices=[], validate_choice=False)
    starts = HourField(_l("Begins at"), [NeededFor("own", _l("Enter a time such as 8:30"))])
    ends = HourField(_l("Ends at"), [NeededFor("own", _l("Enter a time such as 17:00"))])
    room = SelectField(_l("Room"), choices=[], default="")
    session = SelectField(_l("Session"), choices=[], default="")
    conflicts_seen = HiddenField()

    def offer(
        self,
        tickets: Sequence[Product],
        days: Sequence[date],
        rooms: Sequence[Location],
        sessions: Mapping[str, str],
    ) -> None:
        """Let the form choose among these tickets, days, rooms, and sessions (words by public id)."""
        self.offered.choices = listed({product.public_id: bi(product.name) for product in tickets})
        self.day.choices = listed({each.isoformat(): day(each, "weekday") for each in days})
        self.room.choices = listed({"": _l("No room"), **{room.public_id: bi(room.name) for room in rooms}})
        self.session.choices = listed({"": _l("Choose a session"), **sessions})

    def validate_offered(self, field: Any) -> None:
        if field.choices and not field.data:
            raise ValidationError(str(_l("Tick at least one ticket; to offer it with none, take it off sale")))

    def validate_day(self, field: Any) -> None:
        if self.takes_time.data == "own" and field.data not in [choice.value for choice in field.choices]:
            raise ValidationError(str(_l("Choose a day of the conference")))

    def validate_ends(self, field: Any) -> None:
        if self.starts.data and field.data and field.data <= self.starts.data:
            raise ValidationError(str(_l("The end is before the beginning")))

    def validate_session(self, field: Any) -> None:
        if self.takes_time.data == "session" and not field.data:
            raise ValidationError(str(_l("Choose a session")))


class RuleForm(Form):
    """Until so many days before the conference, so many percent of the fee less an amount."""

    days = StringField(
        _l("Days before the conference"),
        [InputRequired(WHOLE), a_number(0, 1000)],
        [one_line],
    )
    percent = StringField(
        _l("Percent paid back"), [InputRequired(PERCENTAGE), typed.reads(typed.basis_points, PERCENTAGE)], [one_line]
    )
    fee = StringField(_l("Less, in euros"), [Optional(), typed.reads(typed.cents, AMOUNT)], [one_line])


class RefundForm(Deed):
    """What is paid back when somebody cancels, until when things may be changed, and the right to withdraw."""

    rules = RowsField(FormField(RuleForm), _l("Rule"), max_entries=MOST_ROWS)
    change_until = DayField(_l("Attendees may change their details until"), [Optional()])
    withdrawal = RadioField(
        _l("Right of withdrawal for consumers"),
        choices=listed(
            {
                "none": _l("None: the conference has a fixed date (§\u00a0312g (2) no.\u00a09 BGB)"),
                "button": _l("Yes: a button “Withdraw from contract” on the booking's page"),
            }
        ),
    )

    def validate_rules(self, field: Any) -> None:
        days = [typed.whole(entry.form.days.data) for entry in field if not entry.form.errors]
        if len(days) != len(set(days)):
            raise ValidationError(str(_l("Two rules end on the same day")))


class MoveForm(FlaskForm):
    """One place up or down in the list, from where it stood when the page was shown."""

    position = HiddenField()
    to = HiddenField()
