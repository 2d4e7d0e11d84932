"""What choices of questions cost and how many there are: each that does is sold as an add-on of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import flag_modified

from .. import audit
from ..db import BilingualText, db
from ..events.models import Event
from ..questions.models import Question
from ..registration.models import ChoiceProduct
from ..tickets.models import Pool, PriceTier, Product, ProductPool
from ..tickets.services import set_capacity


@dataclass(frozen=True)
class Sold:
    """A choice that costs something or is limited: cents VAT included (None: nothing), places (None: no limit)."""

    gross: int | None
    limit: int | None
    vat_rate: int
    used: int = 0


@dataclass(frozen=True)
class Wanted:
    """What a choice shall cost, how many there shall be, and its words."""

    label: BilingualText
    gross: int | None
    limit: int | None


def sold_choices(event: Event) -> dict[tuple[int, str], Sold]:
    """All choices of the event's form that are sold, by the question's id and the choice's key, in three questions."""
    pairs = db.session.scalars(_pairs().where(ChoiceProduct.event_id == event.id)).all()
    return {(pair.question_id, pair.choice_key): _sold(pair.product) for pair in pairs}


def prices_of(question: Question) -> dict[str, Sold]:
    """The same for one question, by the choice's key."""
    pairs = db.session.scalars(_pairs().where(ChoiceProduct.question_id == question.id)).all()
    return {pair.choice_key: _sold(pair.product) for pair in pairs}


def _pairs() -> sa.Select[ChoiceProduct]:
    return (
        sa.select(ChoiceProduct)
        .options(
            joinedload(ChoiceProduct.product).selectinload(Product.tiers),
            joinedload(ChoiceProduct.product).selectinload(Product.draws).joinedload(ProductPool.pool),
        )
        .order_by(ChoiceProduct.id)
    )


def _sold(product: Product) -> Sold:
    gross = max((tier.gross for tier in product.tiers), default=0)
    pool = product.draws[0].pool if product.draws else None
    return Sold(gross or None, pool.capacity if pool else None, product.vat_rate, pool.used if pool else 0)


def set_prices(event: Event, question: Question, wanted: Mapping[str, Wanted], vat_rate: int) -> None:
    """Let the choices of a question cost what is wanted, by their keys; those that are not named cost nothing more.

    What was sold keeps its price. A limit below what is taken takes nothing away from anybody.
    """
    held = {
        pair.choice_key: pair
        for pair in db.session.scalars(
            sa.select(ChoiceProduct)
            .where(ChoiceProduct.question_id == question.id)
            .options(
                joinedload(ChoiceProduct.product).selectinload(Product.tiers),
                joinedload(ChoiceProduct.product).selectinload(Product.draws),
            )
            .order_by(ChoiceProduct.id)
        )
    }
    for key, pair in held.items():
        one = wanted.get(key)
        if one is None or (not one.gross and one.limit is None):
            pair.product.active = False
            db.session.delete(pair)
            audit.record("form.choice_unpriced", question, event=event, before={"choice": key})
    for key, one in wanted.items():
        if one.gross or one.limit is not None:
            _sell(event, question, held.get(key), key, one, vat_rate)
    db.session.flush()


def _sell(event: Event, question: Question, pair: ChoiceProduct | None, key: str, one: Wanted, vat_rate: int) -> None:
    if pair is None:
        product = Product(
            event_id=event.id, kind="add_on", name=one.label, vat_rate=vat_rate, waiting_list=False, most_per_order=100
        )
        db.session.add(product)
        db.session.flush()
        db.session.add(ChoiceProduct(event_id=event.id, question_id=question.id, choice_key=key, product_id=product.id))
        before = None
        tiers, draws = [], []
    else:
        product = pair.product
        sold = _sold_now(product)
        before = {"gross": sold[0], "limit": sold[1], "vat": product.vat_rate}
        tiers, draws = list(product.tiers), list(product.draws)
    after = {"gross": one.gross or 0, "limit": one.limit, "vat": vat_rate}
    if before == after and product.name == one.label:
        return
    product.name, product.vat_rate = one.label, vat_rate
    _price(product, tiers, one.gross or 0)
    _limit(event, product, draws, one)
    flag_modified(product, "name")  # a price alone raises the version too
    db.session.flush()
    audit.record("form.choice_priced", question, event=event, before=before, after={**after, "choice": key})


def _sold_now(product: Product) -> tuple[int, int | None]:
    gross = max((tier.gross for tier in product.tiers), default=0)
    pool = db.session.get(Pool, product.draws[0].pool_id) if product.draws else None
    return gross, pool.capacity if pool else None


def _price(product: Product, tiers: list[PriceTier], gross: int) -> None:
    if not tiers:
        db.session.add(PriceTier(event_id=product.event_id, product_id=product.id, gross=gross))
        return
    for tier in tiers:
        tier.gross = gross


def _limit(event: Event, product: Product, draws: list[ProductPool], one: Wanted) -> None:
    if one.limit is None:
        for draw in draws:
            db.session.delete(draw)
        return
    if draws:
        pool = db.session.get_one(Pool, draws[0].pool_id)
        pool.name = one.label
        db.session.flush()
        if pool.capacity != one.limit:
            set_capacity(pool, one.limit)
        return
    pool = Pool(event_id=event.id, name=one.label, capacity=one.limit)
    db.session.add(pool)
    db.session.flush()
    db.session.add(ProductPool(event_id=event.id, product_id=product.id, pool_id=pool.id, quantity=1))
