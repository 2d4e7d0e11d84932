"""Cents: a gross price taken apart, and reduced. Whole numbers only, rounded half up as merchants do."""

from collections.abc import Sequence

WHOLE = 10_000
"""A hundred per cent in basis points."""


def rounded(numerator: int, denominator: int) -> int:
    """The quotient rounded half up; a negative amount as its positive twin, so that a correction takes back all."""
    if numerator < 0:
        return -rounded(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def net_of(gross: int, rate: int) -> int:
    """The net part, in cents rounded half up, of a gross price in cents with VAT in basis points."""
    return rounded(gross * WHOLE, WHOLE + rate)


def gross_of(net: int, rate: int) -> int:
    """The gross price, in cents rounded half up, of a net price in cents with VAT in basis points."""
    return rounded(net * (WHOLE + rate), WHOLE)


def split(gross: int, rate: int) -> tuple[int, int]:
    """Net and VAT of a gross price, in cents; together they are the gross price to the cent."""
    net = net_of(gross, rate)
    return net, gross - net


def apportion(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount in cents in proportion to `weights`, whose sum is not nothing: the parts add up to it to the cent.

    Each is less than a cent beside its exact share: rounded is what all so far come to, never one by itself.
    """
    whole, seen, given, parts = sum(weights), 0, 0, []
    for weight in weights:
        seen += weight
        parts.append(rounded(amount * seen, whole) - given)
        given += parts[-1]
    return parts


def part(gross: int, share: int) -> int:
    """A share, in basis points, of an amount in cents, rounded half up."""
    return rounded(gross * share, WHOLE)
