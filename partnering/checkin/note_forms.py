"""What organisers tell the doors of one guest."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from ..events.forms import lines, one_line
from ..fields import SeenField
from ..i18n import _, _l

NOTE_LENGTH = 200
REASON_LENGTH = 300


class DoorNoteForm(FlaskForm):
    """A note for the doors, whether crew must confirm it, and whether nobody lets this guest in."""

    seen = SeenField()
    text = TextAreaField(_l("Note for the door"), [Optional(), Length(max=NOTE_LENGTH)], [lines])
    attention = BooleanField(_l("Crew must confirm that they have read it"))
    blocked = BooleanField(_l("Do not let this guest in at any door"))
    reason = StringField(_l("Why the guest is blocked"), [Length(max=REASON_LENGTH)], [one_line])

    def validate_attention(self, field: Any) -> None:
        """Nobody can confirm an empty note."""
        if field.data and not self.text.data:
            raise ValidationError(_("Write the note that crew shall confirm"))

    def validate_reason(self, field: Any) -> None:
        """Whoever is kept out is kept out for a reason; without it colleagues could only guess."""
        if self.blocked.data and not field.data:
            raise ValidationError(_("Enter the reason"))
