"""Who may open what: one row for every endpoint, as `guards.guard_of` and the views together decide it.

A row holds the roles that get in by any of the endpoint's methods; `REFUSED` says where somebody is told "not you"
instead of "no such page". Everybody else gets the answer of `denied_as`: visitors are led to sign in, the others read
that the page does not exist.
"""

ROLES = (
    "visitor",
    "party link",
    "ticket link",
    "feed link",
    "waiting link",
    "sign-in letter",
    "device",
    "attendee",
    "other attendee",
    "exhibitor",
    "speaker",
    "crew",
    "organiser",
    "foreign organiser",
    "admin",
)
"""The first seven bring no session; each link opens its own door and no other."""

EVERYBODY = frozenset(ROLES)
WITHOUT_SESSION = frozenset(ROLES[:7])
SIGNED_IN = EVERYBODY - WITHOUT_SESSION
GUESTS = frozenset({"attendee", "other attendee", "exhibitor"})
PARTICIPANTS = GUESTS | {"speaker"}
CREW = frozenset({"crew", "organiser", "admin"})
ORGANISERS = frozenset({"organiser", "admin"})
ORGANISERS_SOMEWHERE = ORGANISERS | {"foreign organiser"}
BOTH_SIDES = frozenset({"attendee", "exhibitor"})
"""Those who sit in the meeting that addresses name: the attendee asked the exhibitor."""

INVITEE = frozenset({"exhibitor"})
ATTENDEE = frozenset({"attendee"})
ORGANISER = frozenset({"organiser"})
WITH_SECOND_FACTOR = frozenset({"organiser", "foreign organiser"})
PARTY = frozenset({"party link"})
TICKET = frozenset({"ticket link"})
FEED = frozenset({"feed link"})
WAITING = frozenset({"waiting link"})
LETTER = frozenset({"sign-in letter"})

MATRIX: dict[str, frozenset[str]] = {
    "static": EVERYBODY,
    # signing in and one's account
    "accounts.login": EVERYBODY,
    "accounts.login_sent": EVERYBODY,
    "accounts.send_link": EVERYBODY,
    "accounts.logout": EVERYBODY,
    "accounts.passkey_question": EVERYBODY,
    "accounts.passkey_answer": EVERYBODY,
    "accounts.enter": LETTER,
    "accounts.redeem": LETTER,
    "accounts.confirm_address": ATTENDEE,
    "accounts.add_address": ATTENDEE,
    "accounts.settings": SIGNED_IN,
    "accounts.describe": SIGNED_IN,
    "accounts.ask_for_address": SIGNED_IN,
    "accounts.prefer_address": ATTENDEE,
    "accounts.remove_address": ATTENDEE,
    "accounts.end_session": ATTENDEE,
    "accounts.end_sessions": SIGNED_IN,
    "accounts.second_factor": SIGNED_IN,
    "accounts.confirm": SIGNED_IN,
    "accounts.factor_question": SIGNED_IN,
    "accounts.factor_answer": SIGNED_IN,
    "accounts.choose_factor": SIGNED_IN,
    "accounts.new_app": SIGNED_IN,
    "accounts.add_app": SIGNED_IN,
    "accounts.new_passkey_question": SIGNED_IN,
    "accounts.add_passkey": SIGNED_IN,
    "accounts.codes": WITH_SECOND_FACTOR,
    "accounts.show_codes": WITH_SECOND_FACTOR,
    "accounts.remove_factor": ORGANISER,
    # public pages
    "lobby.gallery": EVERYBODY,  # in tests and in the sample set-up; elsewhere it does not exist
    "lobby.index": EVERYBODY,
    "lobby.legal_notice": EVERYBODY,
    "lobby.privacy": EVERYBODY,
    "lobby.accessibility": EVERYBODY,
    "lobby.terms": EVERYBODY,
    "lobby.help": EVERYBODY,
    "events.show": EVERYBODY,
    "events.venue": EVERYBODY,
    "events.legal_notice": EVERYBODY,
    "events.privacy": EVERYBODY,
    "events.terms": EVERYBODY,
    "events.accessibility": EVERYBODY,
    "events.help": EVERYBODY,
    # registering
    "registration.ticket": EVERYBODY,
    "registration.choose_ticket": EVERYBODY,
    "registration.people": EVERYBODY,
    "registration.keep_people": EVERYBODY,
    "delegates.register_profile": EVERYBODY,
    "registration.check": EVERYBODY,
    "registration.place": EVERYBODY,
    "registration.extend": EVERYBODY,
    "registration.done": EVERYBODY,
    "registration.calendar": EVERYBODY,
    "registration.mail_own_pages": EVERYBODY,
    "registration.join_waitlist": EVERYBODY,
    "registration.send_waitlist": EVERYBODY,
    "registration.waitlist_joined": EVERYBODY,
    # by secret link
    "registration.waiting": WAITING,
    "registration.change_waiting": WAITING,
    "registration.accept_offer": WAITING,
    "registration.decline_offer": WAITING,
    "registration.leave_waiting": WAITING,
    "registration.wait_for_add_on": TICKET,
    "registration.request_page": PARTY,
    "registration.withdraw_request": PARTY,
    "registration.edit_request": PARTY,
    "registration.manage": PARTY,
    "registration.cancel_party": PARTY,
    "registration.name_place": PARTY,
    "registration.cancel_place": PARTY,
    "registration.remind": PARTY,
    "registration.remind_all": PARTY,
    "registration.correct_place": PARTY,
    "registration.mail_buyer": PARTY,
    "registration.order_answers": PARTY,
    "registration.order_answers_shown": PARTY,
    "registration.place_extras": PARTY,
    "registration.book_for_place": PARTY,
    "registration.give_up_for_place": PARTY,
    "registration.withdraw": PARTY,
    "party_profiles.hand_over": PARTY,
    "registration.find_contract": EVERYBODY,
    "registration.ticket_page": TICKET,
    "registration.set_details": TICKET,
    "registration.substitute": TICKET,
    "registration.cancel": TICKET,
    "registration.ticket_calendar": TICKET,
    "registration.mail_sign_in": TICKET,
    "registration.set_consents": TICKET,
    "registration.ticket_answers": TICKET,
    "registration.ticket_answers_shown": TICKET,
    "registration.book_for_me": TICKET,
    "registration.give_up_for_me": TICKET,
    # participants
    "registration.my_ticket": PARTICIPANTS,
    "delegates.directory": GUESTS,
    "delegates.partner": GUESTS,
    "delegates.profile": GUESTS,
    "delegates.save_profile": GUESTS,
    "delegates.set_visibility": GUESTS,
    "meetings.inbox": GUESTS,
    "meetings.availability": GUESTS,
    "meetings.block": GUESTS,
    "meetings.free": GUESTS,
    "meetings.departure": GUESTS,
    "meetings.request_meeting": BOTH_SIDES,  # with the other attendee, who cannot ask herself
    "meetings.show": BOTH_SIDES,
    "meetings.accept": INVITEE,
    "meetings.counter": INVITEE,
    "meetings.decline": INVITEE,
    "meetings.withdraw": ATTENDEE,
    "meetings.cancel": BOTH_SIDES,
    "meetings.undo": BOTH_SIDES,
    # the programme
    "programme.index": EVERYBODY,
    "programme.session": EVERYBODY,
    "programme.speakers": EVERYBODY,
    "programme.ics": EVERYBODY,
    "programme.event_ics": EVERYBODY,
    "programme.choose": PARTICIPANTS,
    "programme.drop": PARTICIPANTS,
    "badges.index": ORGANISERS,
    "badges.make": ORGANISERS,
    "badges.progress": ORGANISERS,
    "badges.download": ORGANISERS,
    "programme_desk.index": ORGANISERS,
    "programme_desk.create": ORGANISERS,
    "programme_desk.edit": ORGANISERS,
    "programme_desk.cancel": ORGANISERS,
    "programme_desk.restore": ORGANISERS,
    "programme_desk.rooms": ORGANISERS,
    "programme_desk.save_room": ORGANISERS,
    "programme_desk.save_track": ORGANISERS,
    # one's days
    "schedule.today": PARTICIPANTS,
    "schedule.agenda": PARTICIPANTS,
    "schedule.block": PARTICIPANTS,
    "schedule.unblock": ATTENDEE,  # of the attendee's own entry
    "schedule.renew": PARTICIPANTS,
    "schedule.talks": PARTICIPANTS,
    "schedule.pdf": PARTICIPANTS,
    "schedule.ics": PARTICIPANTS,
    "schedule.feed": FEED,
    # at the door
    "checkin.doors": CREW,
    "checkin.open_door": CREW,
    "checkin.scan": CREW,
    "checkin.redeem": CREW,
    "checkin.redeem_typed": CREW,
    "checkin.search": CREW,
    "checkin.person": CREW,
    "checkin.let_in": CREW,
    "checkin.let_group_in": CREW,
    "checkin.log": CREW,
    "checkin.undo": CREW,
    "checkin.annul": ORGANISERS,
    # the organisers' desk
    "desk.index": ORGANISERS_SOMEWHERE,
    "desk.create": ORGANISERS_SOMEWHERE,
    "events_desk.settings": ORGANISERS,
    "events_desk.legal": ORGANISERS,
    "events_desk.state": ORGANISERS,
    "events_desk.publish": ORGANISERS,
    "events_desk.withdraw": ORGANISERS,
    "events_desk.cancel": ORGANISERS,
    "events_desk.clone": ORGANISERS,
    "events_desk.team": ORGANISERS,
    "events_desk.remove": ORGANISERS,
    "checkin_desk.live": ORGANISERS,
    "checkin_desk.numbers": ORGANISERS,
    "checkin_desk.new_list": ORGANISERS,
    "checkin_desk.edit_list": ORGANISERS,
    "meetings_desk.tables": ORGANISERS,
    "meetings_desk.add_block": ORGANISERS,
    "meetings_desk.add_tables": ORGANISERS,
    "meetings_desk.close_table": ORGANISERS,
    "meetings_desk.meetings": ORGANISERS,
    "meetings_desk.cancel": ORGANISERS,
    "backoffice.overview": ORGANISERS,
    "backoffice.people": ORGANISERS,
    "backoffice.people_file": ORGANISERS,
    "backoffice.people_workbook": ORGANISERS,
    "backoffice.unnamed": ORGANISERS,
    "backoffice.several": ORGANISERS,
    "backoffice.import_people": ORGANISERS,
    "backoffice.import_template": ORGANISERS,
    "backoffice.import_template_xlsx": ORGANISERS,
    "backoffice.import_step": ORGANISERS,
    "backoffice.check_import": ORGANISERS,
    "backoffice.bring_in": ORGANISERS,
    "backoffice.forget_import": ORGANISERS,
    "backoffice.import_errors": ORGANISERS,
    "backoffice.changes_log": ORGANISERS,
    "backoffice.give_tickets": ORGANISERS,
    "backoffice.edit_answers": ORGANISERS,
    "backoffice.allow_changes": ORGANISERS,
    "backoffice.move_person": ORGANISERS,
    "backoffice.substitute_person": ORGANISERS,
    "backoffice.add_person": ORGANISERS,
    "backoffice.person": ORGANISERS,
    "backoffice.edit_person": ORGANISERS,
    "backoffice.cancel_registration": ORGANISERS,
    "backoffice.resend": ORGANISERS,
    "backoffice.renew_code": ORGANISERS,
    # invoices
    "invoices.download": PARTY,
    "my_invoices.newest": frozenset({"attendee", "other attendee"}),  # who booked for money
    "invoices_desk.index": ORGANISERS,
    "invoices_desk.export": ORGANISERS,
    "invoices_desk.set_up": ORGANISERS,
    "invoices_desk.waiting": ORGANISERS,
    "invoices_desk.issue_all": ORGANISERS,
    "invoices_desk.billing": ORGANISERS,
    "invoices_desk.show": ORGANISERS,
    "invoices_desk.pdf": ORGANISERS,
    "invoices_desk.record_payment": ORGANISERS,
    "invoices_desk.refund": ORGANISERS,
    "invoices_desk.take_back": ORGANISERS,
    "invoices_desk.cancel": ORGANISERS,
    "invoices_desk.issue_anew": ORGANISERS,
    "invoices_desk.charge_today": ORGANISERS,
    "invoices_desk.send": ORGANISERS,
    "backoffice.tickets": ORGANISERS,
    "backoffice.create_product": ORGANISERS,
    "backoffice.edit_product": ORGANISERS,
    "backoffice.create_pool": ORGANISERS,
    "backoffice.edit_pool": ORGANISERS,
    "backoffice.override_pool": ORGANISERS,
    "backoffice.move_product": ORGANISERS,
    "backoffice.add_ons": ORGANISERS,
    "backoffice.create_add_on": ORGANISERS,
    "backoffice.edit_add_on": ORGANISERS,
    "backoffice.booked": ORGANISERS,
    "backoffice.booked_file": ORGANISERS,
    "backoffice.codes": ORGANISERS,
    "backoffice.codes_file": ORGANISERS,
    "backoffice.create_code": ORGANISERS,
    "backoffice.edit_code": ORGANISERS,
    "backoffice.switch_code": ORGANISERS,
    "backoffice.member_lists": ORGANISERS,
    "backoffice.create_member_list": ORGANISERS,
    "backoffice.edit_member_list": ORGANISERS,
    "backoffice.refunds": ORGANISERS,
    "backoffice.waiting": ORGANISERS,
    "backoffice.waiting_entry": ORGANISERS,
    "backoffice.change_waiting": ORGANISERS,
    "backoffice.approvals": ORGANISERS,
    "backoffice.decide_requests": ORGANISERS,
    "backoffice.approval_request": ORGANISERS,
    "backoffice.approve_request": ORGANISERS,
    "backoffice.reject_request": ORGANISERS,
    "backoffice.take_back_approval": ORGANISERS,
    "backoffice.outbox": ORGANISERS,
    "backoffice.letter": ORGANISERS,
    "backoffice.retry_letter": ORGANISERS,
}

REFUSED: dict[tuple[str, str], str] = {
    (endpoint, "speaker"): "refused"
    for endpoint, roles in MATRIX.items()
    if endpoint.partition(".")[0] in ("delegates", "meetings") and roles <= GUESTS
} | {
    ("meetings.accept", "attendee"): "refused",
    ("meetings.counter", "attendee"): "refused",
    ("meetings.decline", "attendee"): "refused",
    ("meetings.withdraw", "exhibitor"): "refused",
}
"""Speakers without a ticket take part but do not partner; of a request only one side can act. Both are told so."""

BODIES: dict[str, dict[str, str | bool]] = {
    "accounts.prefer_address": {"address": "attendee@alpha-2027.example"},
    "accounts.remove_address": {"address": "attendee@alpha-2027.example"},
    "delegates.set_visibility": {"visibility": "organisation"},
    "meetings.block": {"slot": "{free_slot}"},
    "meetings.free": {"slot": "{free_slot}"},
    "schedule.block": {"slot": "{free_slot}"},
    "schedule.unblock": {"entry": "{block_entry}"},
    "meetings.accept": {"slot": "{slot}"},
    "meetings_desk.close_table": {"table": "{table}"},
    "meetings_desk.cancel": {"reason": "Wasser im Saal", "version": "1"},
    "checkin.redeem": {"code": "nothing", "scan_id": "0123456789abcdef", "type": "entry", "force": False},
    "checkin.annul": {"reason": "Irrtum"},
    "backoffice.move_product": {"position": "0", "to": "down"},
    "backoffice.switch_code": {"active": "no"},
}
"""What is sent where an empty form answers as if the thing did not exist; `{name}` is one of the event's things."""

JSON = frozenset(
    {
        "accounts.passkey_question",
        "accounts.passkey_answer",
        "accounts.factor_question",
        "accounts.factor_answer",
        "accounts.new_passkey_question",
        "accounts.add_passkey",
        "checkin.redeem",
    }
)
"""Where programs send JSON."""


def denied_as(endpoint: str, role: str, *, by_link: bool) -> str:
    """What somebody gets who is not in the row: "absent" (404, 410), "login" or "refused" (403)."""
    told = REFUSED.get((endpoint, role))
    if told is not None:
        return told
    return "login" if role in WITHOUT_SESSION and not by_link else "absent"
