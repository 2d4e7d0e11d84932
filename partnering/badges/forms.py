"""What organisers choose before printing."""

from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from ..i18n import _l


class PrintForm(FlaskForm):
    """Which badges, in which order, on which paper."""

    which = RadioField(
        _l("Which badges"),
        choices=[
            SelectChoice("all", _l("All")),
            SelectChoice("new", _l("Only new ones, since they were printed last")),
        ],
        default="all",
    )
    sort = RadioField(
        _l("Order"),
        choices=[
            SelectChoice("name", _l("Last name")),
            SelectChoice("organisation", _l("Organisation")),
            SelectChoice("date", _l("Date of registration")),
        ],
        default="name",
    )
    paper = RadioField(
        _l("Paper"),
        choices=[
            SelectChoice("a4", _l("A4 sheets, four badges each, with cut marks")),
            SelectChoice("a6", _l("Single A6 badges")),
        ],
        default="a4",
    )
