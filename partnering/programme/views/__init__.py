"""The programme for everybody, and the organisers' desk for it."""

from . import (  # noqa: F401 -- they put their pages on the blueprints
    choosing,
    days,
    desk,
    exchange,
    feeds,
    grid,
    lists,
    now,
    public,
    releases,
    rooms,
    speakers,
    talks,
    uploads,
)
from .blueprints import desk as desk_blueprint
from .blueprints import pages
from .blueprints import releases as release_blueprint
from .chosen_letters import bp as chosen_letters_blueprint
from .desk_speakers import bp as speakers_blueprint

blueprints = (pages, desk_blueprint, release_blueprint, speakers_blueprint, chosen_letters_blueprint)
