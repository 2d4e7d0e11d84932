"""The programme for everybody, and the organisers' desk for it."""

from . import desk, feeds, public, rooms  # noqa: F401 -- they put their pages on the blueprints
from .blueprints import desk as desk_blueprint
from .blueprints import pages

blueprints = (pages, desk_blueprint)
