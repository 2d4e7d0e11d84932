"""What a sample event sells beside tickets, and on which terms: workshops, codes, members, refund rules, questions."""

from itertools import chain
from typing import Any

import sqlalchemy as sa

from .. import clock
from ..agenda import services as agenda
from ..agenda.models import Location, ParticipantAtom
from ..backoffice import bundling
from ..consents import recipients
from ..db import db
from ..events.models import Event
from ..programme.models import ProgrammeSession
from ..questions import building
from ..questions.models import QuestionSection
from ..registration import workshops
from ..registration.models import Place, Registration
from ..registration.refund_rules import Terms, set_rules
from ..tickets import codes
from ..tickets.models import MemberList, Pool, PriceTier, Product, ProductAddOn, ProductPool
from ..tickets.services import left
from .reading import Sheet, both, organisations


def set_terms(event: Event, sheet: Sheet) -> None:
    """How much is paid back when."""
    rules = sheet.extras.get("refund_rules", [])
    set_rules(event, [Terms(r["days_before"], r["percent_basis_points"], r["fee_cents"]) for r in rules])


def offer_members_less(event: Event, sheet: Sheet, products: dict[str, Product]) -> None:
    """A price for members beside each price that is at least twice what they pay less."""
    less = sheet.event.get("member_discount_cents", 0)
    if not less or "member_list" not in sheet.extras:
        return
    for tier in chain.from_iterable(product.tiers for product in products.values()):
        if tier.gross >= 2 * less:
            db.session.add(
                PriceTier(
                    event_id=event.id,
                    product_id=tier.product_id,
                    name=tier.name,
                    gross=tier.gross - less,
                    until=tier.until,
                    audience="member",
                )
            )
    db.session.flush()


def make_codes(event: Event, sheet: Sheet, products: dict[str, Product]) -> None:
    """The list of the host's members by domain, and codes."""
    if "member_list" not in sheet.extras:
        return
    members = MemberList(host_id=event.host_id, name=sheet.extras["member_list"]["name"])
    db.session.add(members)
    db.session.flush()
    codes.set_members(members, [entry["domain"] for entry in organisations().values() if entry["member"]])
    for given in sheet.extras["codes"]:
        codes.make(
            event,
            text=given["text"],
            kind=given["kind"],
            products=[products[key] for key in given.get("products", [])],
            blocked=given.get("blocked", 0),
            note=given["note"]["de"],
            discount=given.get("discount", "none"),
            value=given.get("value", 0),
            audience=given.get("audience", ""),
            uses_max=given.get("uses_max"),
            valid_until=sheet.moment(given.get("valid_until")),
            member_list_id=members.id if given["kind"] == "member" else None,
        )


def make_bundles(event: Event, sheet: Sheet, products: dict[str, Product]) -> None:
    """Tickets like another one whose price contains parts that are taxed by themselves."""
    for position, given in enumerate(sheet.extras.get("bundles", []), len(products) + 20):
        like = products[given["like"]]
        product = Product(
            event_id=event.id,
            kind="ticket",
            name=both(given["name"]),
            description=both(given["description"]),
            features=like.features,
            audience=like.audience,
            position=position,
            on_sale_from=like.on_sale_from,
            on_sale_until=like.on_sale_until,
            most_per_order=like.most_per_order,
            partnering=like.partnering,
            role=like.role,
            vat_rate=like.vat_rate,
        )
        db.session.add(product)
        db.session.flush()
        drawn = db.session.scalars(
            sa.select(ProductPool).where(ProductPool.product_id == like.id).order_by(ProductPool.id)
        )
        db.session.add_all(
            ProductPool(event_id=event.id, product_id=product.id, pool_id=each.pool_id, quantity=each.quantity)
            for each in drawn.all()
        )
        db.session.add(PriceTier(event_id=event.id, product_id=product.id, gross=given["gross_cents"]))
        db.session.flush()
        bundling.set_parts(
            product,
            [
                bundling.Part(both(p["name"]), p["share_basis_points"], p["vat_basis_points"], p["online"])
                for p in given["parts"]
            ],
        )


def name_recipients(event: Event, sheet: Sheet) -> None:
    """Whom people may agree to have their details passed on to, and the first guests who did."""
    for given in sheet.extras.get("recipients", []):
        recipient = recipients.add(event, given["name"], both(given["aim"]))
        guests = db.session.scalars(
            sa.select(Registration)
            .where(Registration.event_id == event.id, Registration.state == "live")
            .order_by(Registration.created_at, Registration.id)
            .limit(given["agreed"])
        ).all()
        for guest in guests:
            recipients.agree(
                guest.participant, [recipient.public_id], channel="registration", locale=guest.participant.locale
            )


def make_workshops(
    event: Event, sheet: Sheet, products: dict[str, Product], rooms: dict[str, Location]
) -> list[tuple[Product, int]]:
    """Workshops with pools of their own, and the times of other add-ons; each with how many shall be booked."""
    made = []
    for position, given in enumerate(sheet.extras.get("workshops", []), len(products)):
        product = Product(
            event_id=event.id,
            kind="add_on",
            name=both(given["name"]),
            description=both(given["description"]),
            position=position,
            most_per_order=5,
            partnering=False,
        )
        pool = Pool(event_id=event.id, name=both(given["name"]), capacity=given["capacity"])
        db.session.add_all([product, pool])
        db.session.flush()
        db.session.add_all(
            [
                PriceTier(event_id=event.id, product_id=product.id, gross=given["gross_cents"]),
                ProductPool(event_id=event.id, product_id=product.id, pool_id=pool.id),
            ]
        )
        made.append((product, given))
    for key, given in sheet.extras.get("add_ons", {}).items():
        made.append((products[key], given))
    for product, given in made:
        _set_time(event, sheet, product, given, rooms)
        db.session.add_all(
            ProductAddOn(event_id=event.id, product_id=products[key].id, add_on_id=product.id)
            for key in given["offered_with"]
        )
    db.session.flush()
    return [(product, given["booked"]) for product, given in made]


def _set_time(event: Event, sheet: Sheet, product: Product, given: dict[str, Any], rooms: dict[str, Location]) -> None:
    if "session" in given:
        session = db.session.scalars(
            sa.select(ProgrammeSession).where(
                ProgrammeSession.event_id == event.id, ProgrammeSession.external_ref == given["session"]
            )
        ).one()
        product.appointment_id = session.appointment_id
    else:
        starts, ends = sheet.at(given["day"], given["from"]), sheet.at(given["day"], given["to"])
        product.appointment_id = agenda.appoint(event, "session", starts, ends, rooms[given["room"]]).id


def book_workshops(event: Event, wanted: list[tuple[Product, int]]) -> None:
    """Let guests whose time is free book, those first who registered first; nobody twice at a time."""
    guests = db.session.scalars(
        sa.select(Registration)
        .join(Place, Place.id == Registration.place_id)
        .where(Registration.event_id == event.id, Registration.state == "live")
        .order_by(Registration.created_at, Registration.id)
    ).all()
    for number, (product, count) in enumerate(wanted):
        busy = _busy(product)
        for registration in guests[5 * number :]:
            if not count or not left(product):
                break
            if registration.participant_id in busy or product not in workshops.bookable(registration.place):
                continue
            workshops.book(registration, product)
            count -= 1


def _busy(product: Product) -> set[int]:
    """Who is taken at its time."""
    at = product.appointment
    if at is None:
        return set()
    atoms = clock.atoms(at.starts_at, at.ends_at)
    return set(
        db.session.scalars(
            sa.select(ParticipantAtom.participant_id).where(
                ParticipantAtom.atom >= atoms.start, ParticipantAtom.atom < atoms.stop
            )
        )
    )


def ask(event: Event, sheet: Sheet, products: dict[str, Product]) -> None:
    """The form's sections and questions."""
    facts: dict[str, str] = {}
    for given in sheet.extras.get("questions", []):
        section = building.add_section(event, both(given["title"]), both(given.get("introduction")))
        for question in given["questions"]:
            facts[question["key"]] = _add_question(section, question, given["asks"], facts, products)


def _add_question(
    section: QuestionSection, given: dict[str, Any], asks: str, facts: dict[str, str], products: dict[str, Product]
) -> str:
    words = building.Words(
        given["kind"],
        both(given["label"]),
        both(given.get("help")),
        rule=_rule(given.get("rule"), facts, products),
        purpose=both(given.get("purpose")),
        data_class=given.get("data_class", "plain"),
        retention_days=given.get("retention_days", 90),
        choices=[(key, both(label)) for key, label in given.get("choices", {}).items()],
    )
    return f"question:{building.add_question(section, words, asks=asks).public_id}"


def _rule(given: dict[str, Any] | None, facts: dict[str, str], products: dict[str, Product]) -> dict[str, Any] | None:
    """A condition with tickets and questions by key, as the form stores it."""
    if given is None:
        return None
    if "any" in given:
        return {"any": [_rule(part, facts, products) for part in given["any"]]}
    if "ticket" in given:
        return {"fact": "ticket", "is": products[given["ticket"]].public_id}
    return {"fact": facts[given["question"]], "is": given["is"]}
