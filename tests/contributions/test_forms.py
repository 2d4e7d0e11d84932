"""What the desk's forms of a call and of the programme refuse."""

import pytest
from flask import Flask
from flask_wtf import FlaskForm

from partnering.contributions.desk_forms import NameForm
from partnering.programme.room_forms import RoomForm, TrackForm


@pytest.mark.parametrize("form", [NameForm, RoomForm, TrackForm])
def test_a_name_of_blanks_is_no_name(app: Flask, form: type[FlaskForm]):
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context(method="POST", data={"name_de": "  \u00a0 ", "name_en": ""}):
        sent = form()
        assert not sent.validate()
        assert [str(said) for said in sent.errors["name_de"]] != []
