"""The tools of the tests notice what they are there to notice."""

import smtplib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import sqlalchemy as sa

from partnering.db import append_only, belongs_to_search, db
from tests.support import browser as browsing
from tests.support import databases

PAGES = {
    "/right": "<main><h1>Right</h1></main>",
    "/script-error": '<script src="/broken.js"></script>',
    "/broken.js": "throw new Error('broken')",
    "/console": '<script src="/console.js"></script>',
    "/console.js": "console.error('something is wrong')",
    "/inline": "<script>document.title = 'inline'</script>",
    "/foreign": '<img alt="" src="http://images.example/picture.png">',
    "/missing": '<img alt="" src="/no-picture.png">',
    "/unreadable": '<main><h1>Names</h1><img src="/right"><input></main>',
}


class Pages(BaseHTTPRequestHandler):
    """Answers with one of `PAGES`."""

    def do_GET(self) -> None:
        """Answer."""
        body = PAGES.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src *")
        self.send_header("Content-Type", "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(
            f'<!doctype html><html lang="en"><title>A page</title>{body}'.encode()
            if not self.path.endswith(".js")
            else str(body).encode()
        )

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("/script-error", "script: "),
        ("/console", "console error: something is wrong"),
        ("/inline", "CSP: script-src-elem inline"),
        ("/foreign", "foreign request: http://images.example/picture.png"),
        ("/missing", "404: GET "),
    ],
)
def test_a_page_that_misbehaves_is_noticed(browser, address, page, problem):
    with pytest.raises(AssertionError) as noticed, browsing.watched_context(browser, address) as visitor:
        visitor.new_page().goto(page, wait_until="networkidle")

    assert problem in str(noticed.value)


@pytest.mark.browser
def test_a_page_that_behaves_passes_and_a_refused_page_too(new_visitor, axe, address):
    page = new_visitor(address).new_page()
    page.goto("/right")
    axe(page)
    page.goto("/refused")


@pytest.mark.browser
def test_axe_finds_what_cannot_be_read(new_visitor, address):
    page = new_visitor(address).new_page()
    page.goto("/unreadable")

    assert sorted(line.split(":")[0] for line in browsing.axe_violations(page)) == ["image-alt", "label"]


def test_every_test_finds_the_tables_empty(app):
    with app.app_context(), db.engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        counts = {
            name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar()
            for name in names
            if not belongs_to_search(name)  # the search keeps its own settings in tables of its own
        }
        assert {name: count for name, count in counts.items() if count and name != "alembic_version"} == {}


def test_rows_are_gone_after_emptying_even_where_they_cannot_be_deleted(app):
    fill = "INSERT INTO testimony (word) VALUES ('kept')"
    with app.app_context():
        table = sa.Table("testimony", sa.MetaData(), sa.Column("word", sa.Text))
        append_only(table)
        with db.engine.begin() as connection:
            table.create(connection)
        with db.engine.begin() as connection:
            connection.exec_driver_sql(fill)

    databases.look_again(app)
    databases.empty(app)
    databases.look_again(app)

    with app.app_context(), db.engine.begin() as connection:
        left = connection.exec_driver_sql("SELECT word FROM testimony").all() if has(connection, "testimony") else []
        connection.exec_driver_sql("DROP TABLE IF EXISTS testimony")
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("DROP FUNCTION testimony_append_only()")
    assert left == []


def has(connection: sa.Connection, table: str) -> bool:
    return sa.inspect(connection).has_table(table)


def test_the_post_office_keeps_refuses_and_reads(post):
    post.answers.append("451 4.3.0 later")
    with smtplib.SMTP("127.0.0.1", post.port) as connection:
        letter = "Subject: Grüße\r\n\r\nbody\r\n".encode()
        with pytest.raises(smtplib.SMTPDataError, match="later"):
            connection.sendmail("a@x.example", ["b@y.example"], letter, ["BODY=8BITMIME"])
        connection.sendmail("a@x.example", ["b@y.example"], letter, ["BODY=8BITMIME"])

    [arrived] = post.wait_for(1)
    assert (arrived.sender, arrived.recipients, arrived.text()) == ("a@x.example", ["b@y.example"], "body\n")
