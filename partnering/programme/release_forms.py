"""What organisers may type when they release the programme. Shape only; the rules are in `releasing`."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import AnyOf, Length, Optional

from ..events.forms import lines
from ..i18n import _l


class ReleaseForm(FlaskForm):
    """A release: what stands above its changes, and whether those concerned get a letter. `stand` is what was seen."""

    stand = HiddenField(validators=[Length(max=64)])
    note_de = TextAreaField(_l("What this version is about, in German"), [Optional(), Length(max=2000)], [lines])
    note_en = TextAreaField(_l("What this version is about, in English"), [Optional(), Length(max=2000)], [lines])
    greeting_de = TextAreaField(
        _l("Words of your own in each letter, in German"), [Optional(), Length(max=2000)], [lines]
    )
    greeting_en = TextAreaField(
        _l("Words of your own in each letter, in English"), [Optional(), Length(max=2000)], [lines]
    )
    letters = BooleanField(_l("Prepare letters to those whom it concerns; you look at them before they are sent"))


class LettersForm(FlaskForm):
    """Letters that were ticked, to be sent or left out."""


class WantForm(FlaskForm):
    """Whether letters about chosen sessions come."""

    wanted = HiddenField(validators=[AnyOf(("yes", "no"))])


class OneClick(FlaskForm):
    """What mail programs send to stop letters (RFC 8058): no token, for no page of ours is behind it."""

    said = HiddenField(name="List-Unsubscribe", validators=[AnyOf(("One-Click",))])

    class Meta:
        """The secret in the address is what counts."""

        csrf = False
