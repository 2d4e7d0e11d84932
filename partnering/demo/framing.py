"""The frame of a sample event: host, texts, tickets, rooms, tables, team."""

import sqlalchemy as sa

from ..accounts.services import person_for
from ..agenda.models import Location
from ..db import BilingualText, db
from ..events import services as events
from ..events.cli import organise
from ..events.models import Event, Host, Series
from ..meetings.setting_up import make_block, make_tables
from ..tickets.models import Pool, PriceTier, Product, ProductPool
from .reading import Sheet, both


def host_of(sheet: Sheet) -> Host:
    """The sample's host; made at the first event."""
    given = sheet.event["host"]
    host = db.session.scalars(sa.select(Host).where(Host.name == given["name"])).one_or_none()
    if host is None:
        host = Host(
            name=given["name"],
            legal_name=given["legal_name"],
            city=given["city"],
            country=given["country"],
            email=given["email"],
        )
        db.session.add(host)
        db.session.flush()
    return host


def make_event(sheet: Sheet) -> Event:
    """The event with its texts, published."""
    given, host = sheet.event, host_of(sheet)
    event = events.create(
        host,
        {
            "slug": sheet.slug,
            "series_id": _series(host, given.get("series")),
            "name": sheet.named(given["name"]),
            "claim": both(given.get("claim")),
            "description": both(given.get("description")),
            "notice": both(given.get("notice")),
            "venue": both(given["venue"]["name"]),
            "address": given["venue"]["address"],
            "city": given["venue"]["city"],
            "travel": both(given.get("travel")),
            "accessibility": both(given.get("accessibility")),
            "faq": given["faq"],
            "first_day": sheet.first_day,
            "last_day": sheet.last_day,
            "opens_at": sheet.at(1, given["opens"]),
            "closes_at": sheet.at(given["days"], given["closes"]),
            "zone": given["zone"],
            "languages": ",".join(given["languages"]),
            "dye": given["dye"],
            "sender_name": given["sender"]["name"],
            "sender_address": given["sender"]["address"],
            "change_until": sheet.moment(given.get("change_until")),
            "partnering_from": sheet.moment(given.get("partnering_from")),
            "partnering_until": sheet.moment(given.get("partnering_until")),
            "open_request_limit": given.get("open_request_limit", 20),
            "request_days": given.get("request_days", 10),
        },
    )
    for kind, text in given["legal"].items():
        events.set_legal_text(event, kind, both(text))
    events.publish(event)
    return event


def _series(host: Host, given: dict[str, object] | None) -> int | None:
    if given is None:
        return None
    name = both(given["name"])  # type: ignore[arg-type]  # a pair, as the data's README says
    for series in db.session.scalars(sa.select(Series).where(Series.host_id == host.id)):
        if series.name == name:
            return series.id
    made = Series(host_id=host.id, name=name)
    db.session.add(made)
    db.session.flush()
    return made.id


def make_tickets(event: Event, sheet: Sheet) -> dict[str, Product]:
    """Pools and ticket types, by key."""
    pools = {
        given["key"]: Pool(event_id=event.id, name=both(given["name"]), capacity=given["capacity"])
        for given in sheet.event["pools"]
    }
    db.session.add_all(pools.values())
    products: dict[str, Product] = {}
    for position, given in enumerate(sheet.event["tickets"]):
        features = given.get("features", [])
        product = Product(
            event_id=event.id,
            kind=given["kind"].replace("-", "_"),
            name=both(given["name"]),
            description=both(given.get("description")),
            features=BilingualText("\n".join(f["de"] for f in features), "\n".join(f["en"] for f in features)),
            audience=given["audience"],
            position=position,
            on_sale_from=sheet.moment(given["on_sale_from"]),
            on_sale_until=sheet.moment(given["on_sale_until"]),
            seats=given["seats"],
            most_per_order=given["most_per_order"],
            partnering=given["partnering"],
            hidden=given["hidden"],
            online=given.get("online", False),
            recommended=given["recommended"],
            role=given["role"],
            vat_rate=given["vat_basis_points"],
        )
        db.session.add(product)
        products[given["key"]] = product
    db.session.flush()
    for given in sheet.event["tickets"]:
        product = products[given["key"]]
        db.session.add_all(
            ProductPool(event_id=event.id, product_id=product.id, pool_id=pools[key].id, quantity=quantity)
            for key, quantity in given["pools"].items()
        )
        db.session.add_all(
            PriceTier(
                event_id=event.id,
                product_id=product.id,
                name=both(tier["name"]),
                gross=tier["gross_cents"],
                until=sheet.moment(tier["until"]),
            )
            for tier in given["tiers"]
        )
    db.session.flush()
    return products


def make_places(event: Event, sheet: Sheet) -> dict[str, Location]:
    """Rooms by key; tables, stands and meeting blocks beside them."""
    rooms = {
        given["key"]: Location(
            event_id=event.id,
            kind="room",
            name=both(given["name"]),
            external_ref=given["key"],
            capacity=given["capacity"],
            exclusive=given["exclusive"],
            position=position,
        )
        for position, given in enumerate(sheet.event["rooms"])
    }
    db.session.add_all(rooms.values())
    db.session.flush()
    tables = sheet.event["tables"]
    if tables:
        make_tables(event, tables["rows"], tables["columns"], zone=rooms[tables["room"]].name)
    for number in range(1, sheet.event["stands"]["count"] + 1):
        db.session.add(
            Location(
                event_id=event.id,
                kind="stand",
                name=BilingualText(f"Stand {number}", f"Stand {number}"),
                external_ref=f"stand-{number}",
                exclusive=True,
                position=number,
            )
        )
    for given in sheet.event["blocks"]:
        block = make_block(
            event,
            both(given["name"]),
            sheet.at(given["day"], given["from"]),
            sheet.at(given["day"], given["to"]),
            slot_minutes=given["slot_minutes"],
            break_minutes=given["break_minutes"],
            mode=given["mode"],
        )
        block.phase = given["phase"]
    db.session.flush()
    return rooms


def name_team(event: Event, sheet: Sheet) -> None:
    """Organisers and crew."""
    people = {person["email"]: person for person in sheet.people["people"]}
    for given in sheet.event["team"]:
        known = people.get(given["email"], {})
        person = person_for(
            given["email"],
            given_name=known.get("first_name", ""),
            family_name=known.get("last_name", ""),
            locale=known.get("locale", "de"),
        )
        events.give_role(event, person, given["area"])
        if given["area"] == "organiser":
            organise(person, event.host)
