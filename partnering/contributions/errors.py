"""What a call for contributions refuses, each with its sentence."""

from ..errors import DomainError
from ..i18n import _l


class NotOpen(DomainError):
    """Nothing can be begun, changed or handed in at this time."""

    message = _l("The call for contributions is not open at the moment.")


class TooManyDrafts(DomainError):
    """Somebody has begun more than a person finishes."""

    message = _l("You have begun many contributions already. Please finish or delete one of them first.")


class IsDecided(DomainError):
    """What was handed in and answered is not changed any more."""

    message = _l("This contribution cannot be changed any more.")


class Unfinished(DomainError):
    """Something that handing in needs is missing. `field` is what it belongs to on the form."""

    status = 422
    field = ""


class TopicMissing(Unfinished):
    """No topic, or one that is no longer asked for."""

    message = _l("Choose a topic")
    field = "topic"


class FormNotAsked(Unfinished):
    """A form that this call does not ask for."""

    message = _l("Choose a format that this call asks for")
    field = "form"


class LanguageNotAsked(Unfinished):
    """A language that this call does not take."""

    message = _l("Choose a language that this call takes")
    field = "language"


class TitleMissing(Unfinished):
    """No title."""

    message = _l("Enter a title")
    field = "title"


class TextMissing(Unfinished):
    """No text."""

    message = _l("Enter the text of your contribution")
    field = "text"


class TooLong(Unfinished):
    """The text has more characters than the call allows: `by` so many."""

    field = "text"
    by = 0


class GroupMissing(Unfinished):
    """Where each group hands in one, we need to know which it is."""

    message = _l("Enter your research group")
    field = "group"


class GroupHasOne(Unfinished):
    """Another contribution of this group stands in this topic. Says which topic, never whose it is."""

    field = "group"


class SpeakerMissing(Unfinished):
    """Not exactly one of the authors speaks."""

    message = _l("Tick exactly one author who speaks")
    field = "authors"


class SpeakerUnknown(Unfinished):
    """Whoever speaks must be reachable."""

    message = _l("Enter the email address of whoever speaks")
    field = "authors"


class TooManyAuthors(Unfinished):
    """More authors than the call allows."""

    field = "authors"


class NotCommitted(Unfinished):
    """The commitment was not ticked."""

    message = _l("Tick that you agree to the commitment")
    field = "commits"


class HoursInDisorder(DomainError):
    """A call that ends before it begins."""

    message = _l("The call ends before it begins.")
    status = 422


class TooEarlyDecision(DomainError):
    """A day of decision before the end of the call."""

    message = _l("The decision is announced before the call ends.")
    status = 422


class ScaleInUse(DomainError):
    """Points were given on the scale already."""

    message = _l("Points were given on this scale already.")
    status = 422


class GroupsHaveSeveral(DomainError):
    """Contributions that stand already would break the rule."""

    message = _l("Some groups have handed in several contributions to one topic already.")
    status = 422


class ReviewClosed(DomainError):
    """The decision was announced; nobody gives points any more."""

    message = _l("The decision on this contribution was announced. Points can no longer be given.")


class PointsMissing(DomainError):
    """Not every criterion has points."""

    message = _l("Give points for each criterion")
    status = 422


class CannotDecide(DomainError):
    """The answer was given already."""

    message = _l("The answer to this contribution was given already.")
