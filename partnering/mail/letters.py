"""What letters say: each kind has a renderer in the room whose news it is, asked when the letter leaves."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from flask import current_app, render_template

from ..i18n import bi, speaking
from .models import OutboxLetter


@dataclass(frozen=True)
class Attachment:
    """A file that comes with a letter."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A letter as it is to leave. Without a sender it comes from the installation's own address.

    `calendar` is one iCalendar object and `method` its METHOD. `images` are PNG files by the content id that the HTML
    names (`<img src="cid:...">`). `on_leaving` runs inside the transaction before the letter is handed over,
    `on_refused` in the one that notes that the server did not take it, `on_sent` in the one that marks it sent; a
    letter in doubt meets neither of the last two.
    """

    subject: str
    text: str
    html: str
    sender_name: str = ""
    sender_address: str = ""
    calendar: bytes | None = None
    method: Literal["REQUEST", "CANCEL"] | None = None
    images: Mapping[str, bytes] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()
    on_leaving: Callable[[], None] | None = None
    on_refused: Callable[[], None] | None = None
    on_sent: Callable[[], None] | None = None
    unsubscribe_url: str | None = None

    def with_(self, **changes: Any) -> "Letter":
        """This letter with other fields."""
        return replace(self, **changes)


Renderer = Callable[[OutboxLetter], Letter | None]
RendererT = TypeVar("RendererT", bound=Renderer)


@dataclass(frozen=True)
class Kind:
    """A kind of letter: how it is rendered, and whether its payload is a secret to be emptied once it has left."""

    name: str
    render: Renderer
    secret: bool


kinds: dict[str, Kind] = {}


class UnknownKind(LookupError):
    """No room renders letters of this kind."""


def kind(name: str, *, secret: bool = False) -> Callable[[RendererT], RendererT]:
    """Register the renderer of a kind of letter.

    It reads the newest state and never writes; None means that there is nothing to say any more. `secret` empties the
    payload once the letter has left.
    """

    def register(render: RendererT) -> RendererT:
        kinds[name] = Kind(name, render, secret)
        return render

    return register


def render(letter: OutboxLetter) -> Letter | None:
    """What a letter in the outbox says now, in its recipient's language. Raises `UnknownKind`."""
    known = kinds.get(letter.kind)
    if known is None:
        raise UnknownKind(letter.kind)
    with speaking(letter.locale):
        return known.render(letter)


def compose(template: str, **context: Any) -> Letter:
    """A letter from `templates/<template>/{subject.txt,body.txt,body.html}`.

    With an `event` among the context, it comes from the event's sender. Templates call `url(endpoint, ...)`.
    """
    context.setdefault("url", url)
    name, address = sender_of(context.get("event"))
    return Letter(
        subject=" ".join(render_template(f"{template}/subject.txt", **context).split()),
        text=_tidy(render_template(f"{template}/body.txt", **context)),
        html=render_template(f"{template}/body.html", **context),
        sender_name=name,
        sender_address=address,
    )


def sender_of(event: Any = None) -> tuple[str, str]:
    """Name and address that letters of an event come from; without one, the installation's.

    An event without an address of its own writes under its name from the installation's address.
    """
    default: str = current_app.extensions["settings"].mail_sender
    if event is None:
        return "", default
    return event.sender_name or bi(event.name), event.sender_address or default


def url(endpoint: str, **values: Any) -> str:
    """The full address of a page, beginning with the base address; works without a request."""
    path = current_app.url_map.bind("letters.invalid").build(endpoint, values)
    return f"{current_app.extensions['settings'].base_url.rstrip('/')}{path}"


def _tidy(text: str) -> str:
    """Plain text with at most one empty line in a row."""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return re.sub("\n{3,}", "\n\n", lines) + "\n"
