"""What organisers choose before printing."""

from flask_wtf import FlaskForm
from wtforms import RadioField

from ..i18n import _l


class PrintForm(FlaskForm):
    """Which badges, in which order, on which paper."""

    which = RadioField(
        _l("Which badges"),
        choices=[("all", _l("All")), ("new", _l("Only new ones, since they were printed last"))],
        default="all",
    )
    sort = RadioField(
        _l("Order"),
        choices=[
            ("name", _l("Last name")),
            ("organisation", _l("Organisation")),
            ("date", _l("Date of registration")),
        ],
        default="name",
    )
    paper = RadioField(
        _l("Paper"),
        choices=[("a4", _l("A4 sheets, four badges each, with cut marks")), ("a6", _l("Single A6 badges"))],
        default="a4",
    )
