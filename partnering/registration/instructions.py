"""What consumers are told about withdrawing: the model instruction and form of the law, or that there is no right.

Annex 1 and 2 to article 246a EGBGB, annex I to directive 2011/83/EU, as changed by directive (EU) 2023/2673 for the
withdrawal function. The event's organiser says whether there is a right (`Event.withdrawal`), see law.md L20.
"""

from typing import NamedTuple

from ..events.models import Event, Host
from ..i18n import _


class Section(NamedTuple):
    """A heading and its paragraphs."""

    heading: str
    paragraphs: list[str]


def has_right(event: Event) -> bool:
    """Whether consumers may withdraw from contracts for this event."""
    return event.withdrawal == "button"


def in_short(event: Event) -> str:
    """What stands above the button."""
    if has_right(event):
        return _("As a consumer you may withdraw from this contract within fourteen days, without giving a reason.")
    return _(
        "There is no right to withdraw: this contract is about an event on fixed days (section 312g (2) no.\u00a09 of "
        "the German Civil Code)."
    )


def instruction(event: Event, withdraw_url: str) -> list[Section]:
    """The instruction on withdrawal, in the language in force; a single section where there is no right.

    `withdraw_url` is where to withdraw online.
    """
    if not has_right(event):
        return [
            Section(
                _("Right to withdraw"),
                [
                    in_short(event),
                    _("Cancelling is possible under the organiser's rules, and a substitute can always be named."),
                ],
            )
        ]
    return [
        Section(
            _("Right to withdraw"),
            [
                _("You have the right to withdraw from this contract within 14 days without giving any reason."),
                _("The withdrawal period will expire after 14 days from the day of the conclusion of the contract."),
                _(
                    "To exercise the right of withdrawal, you must inform us (%(organiser)s) of your decision to "
                    "withdraw from this contract by an unequivocal statement (for example a letter sent by post or an "
                    "email). You may use the model withdrawal form, but it is not obligatory.",
                    organiser=", ".join(seller(event.host)),
                ),
                _(
                    "You can also withdraw online. If you use this function, we send you without delay an "
                    "acknowledgement of receipt by email, with the content of your withdrawal and the day and time at "
                    "which it arrived. Its address: %(url)s",
                    url=withdraw_url,
                ),
                _(
                    "To meet the withdrawal deadline, it is sufficient for you to send your communication concerning "
                    "your exercise of the right of withdrawal before the withdrawal period has expired."
                ),
            ],
        ),
        Section(
            _("Effects of withdrawal"),
            [
                _(
                    "If you withdraw from this contract, we reimburse to you all payments received from you, without "
                    "undue delay and in any event not later than 14 days from the day on which we are informed about "
                    "your decision to withdraw from this contract. We use the same means of payment as you used for "
                    "the initial transaction, unless you have expressly agreed otherwise; in any event, you will not "
                    "incur any fees as a result of such reimbursement."
                )
            ],
        ),
    ]


def model_form(event: Event) -> Section:
    """The model withdrawal form, to be filled in and sent back."""
    return Section(
        _("Model withdrawal form"),
        [
            _("(Complete and return this form only if you wish to withdraw from the contract.)"),
            _("To %(organiser)s:", organiser=", ".join(seller(event.host))),
            _(
                "I/We (*) hereby give notice that I/we (*) withdraw from my/our (*) contract for the provision of the "
                "following service (*):"
            ),
            _("Ordered on (*):"),
            _("Name of consumer(s):"),
            _("Address of consumer(s):"),
            _("Signature of consumer(s) (only if this form is notified on paper):"),
            _("Date:"),
            _("(*) Delete as appropriate."),
        ],
    )


def seller(host: Host) -> list[str]:
    """Who sells, and how to reach them: what is known of it."""
    town = " ".join(part for part in (host.postcode, host.city) if part)
    return [part for part in (host.legal_name or host.name, host.street, town, host.phone, host.email) if part]
