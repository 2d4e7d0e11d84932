"""The file for a tax audit: complete, true to the hash, and in the organiser's language."""

import csv
import hashlib
import io
import json
import subprocess
import zipfile

import pytest

from partnering.db import db, transaction
from partnering.invoices import auditing, ledger, queries, services, tasks
from partnering.jobs import queries as jobs
from partnering.jobs.worker import run_jobs
from tests.backoffice.desk import counted, open_desk
from tests.factories import make_event
from tests.factories.invoices import invoice_of, make_invoiced
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")


def opened(content):
    """Every file of the ZIP."""
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        assert made.testzip() is None
        return {name: made.read(name) for name in made.namelist()}


def table(content):
    """The rows of a CSV file."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_the_worker_makes_one_file_with_everything_and_its_hashes(client, tmp_path):
    event = open_desk(client)
    first, second = make_invoiced(event), make_invoiced(event)
    with transaction():
        ledger.record_payment(first, 22_000, queries.today_at(event), note="bank")
        services.cancel(invoice_of(second), "wrong address")
    for invoice in [*queries.invoices_of(first), *queries.invoices_of(second)]:
        tasks.make_document(invoice.public_id)
    url = f"/manage/{event.slug}/invoices/audit"
    client.get("/?lang=de")

    key = {"once": "a" * 32}
    answer = client.post(url, data=key)
    assert client.post(url, data=key).location == answer.location
    while run_jobs():
        continue
    page = client.get(answer.location)
    assert "Datei herunterladen" in page.text
    file = client.get(f"{answer.location}/audit.zip")

    files = opened(file.data)
    assert (file.mimetype, file.headers["Content-Disposition"]) == (
        "application/zip",
        f"attachment; filename=audit-{event.slug}.zip",
    )
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {n: hashlib.sha256(c).hexdigest() for n, c in files.items() if n != "SHA256SUMS"}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    checked = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=False)
    assert checked.returncode == 0
    documents = {name: content for name, content in files.items() if name.startswith("documents/")}
    assert len(documents) == 3
    assert all(content.startswith(b"%PDF") for content in documents.values())
    data = json.loads(files[f"data/{invoice_of(first).text}.json"])
    assert data["contents_sha256"] == invoice_of(first).contents_hash
    assert data["contents"] == invoice_of(first).contents
    assert [row[2] for row in table(files["zahlungen.csv"])[1:]] == ["220,00"]
    numbers = {i.text for party in (first, second) for i in queries.invoices_of(party)}
    assert {row[0] for row in table(files["rechnungen.csv"])[1:]} == numbers
    deeds = [row[2] for row in table(files["protokoll.csv"])[1:]]
    assert {"invoice.issued", "invoice.cancelled", "payment.recorded"} <= set(deeds)


def test_the_procedure_tells_how_this_event_is_set_up():
    event = make_event()
    assert "No invoice has been issued" in auditing.procedure(event) or "noch keine" in auditing.procedure(event)

    make_invoiced(event)
    text = auditing.procedure(event)

    assert "P27-" in text
    assert "Probe e. V." in text
    assert "14" in text


def test_a_file_that_is_kept_no_longer_can_be_made_again(client):
    event = open_desk(client)
    url = f"/manage/{event.slug}/invoices/audit"
    answer = client.post(url, data={"once": "b" * 32})
    while run_jobs():
        continue
    with transaction():
        db.session.delete(there(jobs.file_of(there(jobs.job_by_id(answer.location.rsplit("/", 1)[1])))))

    gone = client.get(f"{answer.location}/audit.zip")

    assert gone.location.endswith("/invoices/audit")
    assert client.get(answer.location).status_code == 200


def test_many_invoices_cost_no_more_statements_than_few():
    event = make_event()
    make_invoiced(event)
    ref, few = event.public_id, []
    for more in (0, 6):
        for _number in range(more):
            make_invoiced(there(queries.event_at(ref)))
        with counted() as asked:
            auditing.file_of(there(queries.event_at(ref)), lambda done, total: None)
        few.append(len(asked))

    assert few[0] == few[1]
