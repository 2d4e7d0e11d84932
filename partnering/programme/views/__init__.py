"""The programme for everybody, and the organisers' desk for it."""

from . import desk, exchange, feeds, public, rooms, talks, uploads  # noqa: F401 -- they put their pages on the blueprints
from .blueprints import desk as desk_blueprint
from .blueprints import pages
from .desk_speakers import bp as speakers_blueprint

blueprints = (pages, desk_blueprint, speakers_blueprint)
