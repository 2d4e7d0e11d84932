"""What is stored of the programme: sessions as drafted, releases of them, what speakers give and say."""

from .releases import PARTS, LetterChange, Release, ReleasedPerson, ReleasedSession, ReleaseLetter
from .sessions import (
    KINDS,
    SPEAKER_ROLES,
    Bookmark,
    ProgrammeDay,
    ProgrammeSession,
    ProgrammeSettings,
    SessionPerson,
    Track,
)
from .speakers import (
    EQUIPMENT,
    FILE_KINDS,
    FILE_TYPES,
    AvailableTime,
    FileChunk,
    SessionFile,
    SessionNeeds,
    SpeakerPhoto,
    SpeakerProfile,
)

__all__ = [
    "EQUIPMENT",
    "FILE_KINDS",
    "FILE_TYPES",
    "KINDS",
    "PARTS",
    "SPEAKER_ROLES",
    "AvailableTime",
    "Bookmark",
    "FileChunk",
    "LetterChange",
    "ProgrammeDay",
    "ProgrammeSession",
    "ProgrammeSettings",
    "Release",
    "ReleaseLetter",
    "ReleasedPerson",
    "ReleasedSession",
    "SessionFile",
    "SessionNeeds",
    "SessionPerson",
    "SpeakerPhoto",
    "SpeakerProfile",
    "Track",
]
