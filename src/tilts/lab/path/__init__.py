"""The whole path of the source page, walked as people walk it: through the portal's pages and over the wire.

    chapter -> events: what was refused before, what was done, what it changed     (`tilts path` tells them)

It knows no more than the pages say and the sandbox's ready line: no database, no inner function of the exchange.
"""

from tilts.lab.path.telling import AlreadyWalked, Chapter, Event, PathWrong
from tilts.lab.path.walking import CHAPTERS, walk_path

__all__ = ["CHAPTERS", "AlreadyWalked", "Chapter", "Event", "PathWrong", "walk_path"]
