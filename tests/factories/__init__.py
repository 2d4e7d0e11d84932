"""Builders: each makes one valid thing and stores it, and a keyword says what the test is about.

They join a running transaction or make one of their own, and need an application context (`ctx`).
"""

from .events import (
    make_admin,
    make_crew,
    make_event,
    make_host,
    make_organiser,
    make_participant,
    make_person,
    make_role,
)
from .registration import BIONECTION, FULL, make_draft, make_guest, make_party, make_registration, make_rules
from .tickets import make_bundle, make_code, make_member_list, make_pool, make_product, make_workshop

__all__ = [
    "BIONECTION",
    "FULL",
    "make_admin",
    "make_bundle",
    "make_code",
    "make_crew",
    "make_draft",
    "make_event",
    "make_guest",
    "make_host",
    "make_member_list",
    "make_organiser",
    "make_participant",
    "make_party",
    "make_person",
    "make_pool",
    "make_product",
    "make_registration",
    "make_role",
    "make_rules",
    "make_workshop",
]
