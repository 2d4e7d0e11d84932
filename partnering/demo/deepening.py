"""What makes a sample event's partnering live: opportunities, groups, the public directory, talks that go on, notes."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..delegates import groups, opportunities, presence, public, saved, suggestions, visibility
from ..delegates import services as partnering
from ..delegates.directory import LISTS, Wish
from ..delegates.models import Delegate, OrganisationProfile
from ..events.models import Event
from ..meetings import on_site, queries, services, setting_up
from ..meetings.models import Meeting, MeetingSlot
from ..organisations import images
from ..programme import services as programme
from ..programme.models import ProgrammeSession
from ..registration import queries as registration_queries
from ..registration import services as registration
from ..tickets.models import Product
from . import logos
from .reading import Sheet, both, organisations


def deepen(event: Event, sheet: Sheet, delegates: dict[str, Delegate], products: dict[str, Product]) -> None:
    """All of it, once halls and stands are set up and the first meetings booked."""
    if not sheet.partnering:
        return
    life = _Life(event, sheet, delegates)
    life.say_more_of_people()
    life.say_more_of_organisations()
    life.exchange()
    life.move_sessions()
    life.take_slots_away()
    life.leave()
    life.keep_notes()
    life.keep_searches()
    _group(event, sheet, products)


@dataclass(frozen=True)
class _Life:
    """One event's people and what the data say of them."""

    event: Event
    sheet: Sheet
    delegates: dict[str, Delegate]

    def say_more_of_people(self) -> None:
        """Who agrees to be suggested; what some seek, how they are reached, when they come, how many they meet."""
        for number, who in enumerate(self.delegates.values()):
            if who.visibility != "hidden" and number % 8:
                with clock.frozen(who.created_at):
                    visibility.agree(who, "matchmaking", channel="privacy")
        for given in self.sheet.partnering["people"]:
            who = self.delegates[given["email"]]
            with clock.frozen(who.created_at):
                for purpose in given.get("agrees", []):
                    visibility.agree(who, purpose, channel="privacy")
                if "phone" in given:
                    partnering.reachable(who, given["phone"])
                if "arrives" in given:
                    presence.arrive(who, self.sheet.at(given["arrives"]["day"], given["arrives"]["at"]))
                if "departs" in given:
                    presence.depart(who, self.sheet.at(given["departs"]["day"], given["departs"]["at"]))
                if "zone" in given:
                    presence.call(who, "", given["zone"])
                who.meeting_limit = given.get("meetings")
                partnering.introduce(who, languages=visibility.spoken(who), seeks=given.get("seeks", ""))

    def say_more_of_organisations(self) -> None:
        """Whether colleagues act for each other, their opportunities, and their entry in the public directory."""
        for given in self.sheet.partnering["opportunities"]:
            profile = self._profile(given["organisation"])
            one = opportunities.add(
                profile,
                terms=[(term["facet"], term["code"]) for term in given["terms"]],
                **{key: given[key] for key in ("language", "kind", "side", "title", "summary", "stage", "ip")},
            )
            one.contact_id = self.delegates[given["contact"]].id if given["contact"] else None
        for given in self.sheet.partnering["organisations"]:
            profile = self._profile(given["organisation"])
            if given.get("logo"):
                images.keep(profile.organisation, images.read(io.BytesIO(logos.draw(given["organisation"]))))
            if given["team_acts"]:
                partnering.let_team_act(profile, True)
            if given["public"]:
                domain = organisations()[given["organisation"]]["domain"]
                if given.get("awaiting"):
                    profile.organisation.domains = []
                public.publish(profile, self._keeper(profile), website=f"https://www.{domain}")

    def exchange(self) -> None:
        """Requests that go back and forth: suggested otherwise, passed on, kept in reserve, to be moved, or drafts."""
        for given in self.sheet.partnering["exchanges"]:
            one, other = self.delegates[given["from"]], self.delegates[given["to"]]
            if "sent" in given:
                ask = services.save_draft if given.get("draft") else services.request_meeting
                with clock.frozen(self._moment(given["sent"])):
                    meeting = ask(one, other, self._slots(given["offered"]), given["message"])
            else:
                found = queries.open_between(one, other)
                assert found is not None  # one of the requests of the data
                meeting = found
            for step in given["then"]:
                with clock.frozen(self._moment(step["when"])):
                    self._do(meeting, step)

    def _do(self, meeting: Meeting, step: dict[str, Any]) -> None:
        by, slots = self.delegates[step["by"]], self._slots(step.get("offered", []))
        match step["deed"]:
            case "counter":
                company = [self.delegates[email] for email in step.get("with", [])] or None
                services.counter(meeting, slots, by=by, companions=company, message=step["message"])
            case "propose":
                services.propose(meeting, slots, by=by, message=step["message"])
            case "accept":
                slot = self._slots([step["slot"]])[0] if "slot" in step else None
                services.accept(meeting, slot, by=by, reserve=step.get("reserve", False))
            case "decline":
                later = step.get("later", False)
                services.decline(meeting, by=by, reason=step["reason"], text=step["text"], later=later)
            case "forward":
                services.forward(meeting, self.delegates[step["to"]], by=by)
            case "join":
                services.join(meeting, self.delegates[step["who"]], by=by)
            case "cancel":
                services.cancel(meeting, by=by, reason=step["reason"])
            case unknown:
                raise LookupError(unknown)

    def move_sessions(self) -> None:
        """Sessions that begin at another time now, so that somebody's meeting clashes and organisers find a way."""
        for given in self.sheet.partnering["moved_sessions"]:
            session = db.session.scalars(
                sa.select(ProgrammeSession).where(
                    ProgrammeSession.event_id == self.event.id, ProgrammeSession.external_ref == given["session"]
                )
            ).one()
            begins, ends = self.sheet.at(given["day"], given["from"]), self.sheet.at(given["day"], given["to"])
            assert session.appointment is not None  # it is released
            programme.change(self.event, session, time=programme.Time(begins, ends, session.appointment.location))

    def take_slots_away(self) -> None:
        """Times that organisers took back: their meetings wait for another one."""
        setting_up.remove_slots(self._slots(self.sheet.partnering["removed_slots"]))

    def leave(self) -> None:
        """Guests who gave their registration back since they agreed to meet: colleagues are asked to take over."""
        for given in self.sheet.partnering["leavers"]:
            with clock.frozen(self._moment(given["left"])):
                held = registration_queries.live_registration(self.delegates[given["email"]].participant)
                assert held is not None  # the data name a guest
                registration.cancel_registration(held, "holder")

    def keep_notes(self) -> None:
        """What people wrote down for themselves about meetings to come."""
        for given in self.sheet.partnering["notes"]:
            by = self.delegates[given["by"]]
            meeting = queries.open_between(by, self.delegates[given["with"]])
            assert meeting is not None  # the data name a meeting that stands
            on_site.keep_note(meeting, by, note=given["note"], rating=None)

    def keep_searches(self) -> None:
        """Whom and what people saved, and whom their first page suggests: the worker makes others' suggestions."""
        for given in self.sheet.partnering["saved"]:
            by = self.delegates[given["by"]]
            suggestions.keep(self.event, {by.id: suggestions.make(by)})
            for email in given["people"]:
                saved.keep_person(by, self.delegates[email])
            for search in given["searches"]:
                lists: dict[str, Any] = {name: tuple(search["wish"].get(name, ())) for name in LISTS}
                with clock.frozen(self._moment(search["saved"])):
                    saved.keep_search(by, search["name"], Wish(**lists))

    def _profile(self, key: str) -> OrganisationProfile:
        name = organisations()[key]["name"]
        return next(one.profile for one in self.delegates.values() if one.profile.organisation.name == name)

    def _keeper(self, profile: OrganisationProfile) -> Delegate:
        return next(one for one in self.delegates.values() if one.profile_id == profile.id)

    def _slots(self, given: Iterable[dict[str, Any]]) -> list[MeetingSlot]:
        atoms = [clock.to_atom(self.sheet.at(each["day"], each["at"])) for each in given]
        found = db.session.scalars(
            sa.select(MeetingSlot).where(MeetingSlot.event_id == self.event.id, MeetingSlot.first_atom.in_(atoms))
        ).all()
        assert len(found) == len(atoms)  # the data name slots that there are
        return list(found)

    def _moment(self, given: dict[str, Any]) -> datetime:
        moment = self.sheet.moment(given)
        assert moment is not None  # deeds name their moments
        return moment


def _group(event: Event, sheet: Sheet, products: dict[str, Product]) -> None:
    """Groups of guests, and which of them may not ask which; requests that are open stay."""
    kept = {
        given["key"]: groups.keep(
            event,
            None,
            name=both(given["name"]),
            organisation_types=given["types"],
            products=[products[key] for key in given["tickets"]],
        )
        for given in sheet.partnering["groups"]
    }
    groups.set_matrix(
        event,
        [(kept[g["key"]].id, kept[asked].id) for g in sheet.partnering["groups"] for asked in g["may_not_ask"]],
    )
