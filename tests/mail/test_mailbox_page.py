"""A newcomer reads a letter in the mailbox and follows its link, in a browser."""

import re

import pytest
import sqlalchemy as sa

from partnering.accounts.models import OneTimeToken
from partnering.db import db
from tests.support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.engine("sqlite")]


def test_the_sign_in_letter_is_read_and_its_link_opens_in_the_whole_window(start_site, new_visitor, axe):
    with start_site(mode="sample", processes=1) as site:
        page = new_visitor(site.url, width=390, locale="en").new_page()
        page.goto("/login")
        page.get_by_label("Email address").fill("jana@people.example")
        page.get_by_role("button", name=re.compile("link", re.IGNORECASE)).click()
        page.wait_for_url("**/login/sent*")

        def letters() -> int:
            page.goto("/mailbox/")
            return page.get_by_role("rowheader").count()

        until(letters, 30, "the letter to arrive")
        axe(page)
        page.get_by_role("rowheader").get_by_role("link").click()
        axe(page)
        letter = page.frame_locator("iframe.letter")
        with site.app.app_context():
            assert db.session.scalar(sa.select(sa.func.count()).select_from(OneTimeToken)) == 1
            db.session.remove()
        letter.get_by_role("link").first.click()
        page.wait_for_url(lambda url: "/mailbox/" not in url)

        assert page.url.startswith(site.url)
