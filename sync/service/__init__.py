"""The central service: takes sealed submissions, keeps them verbatim, and opens them in a separate step.

main        puts it together; `serve` and `create_app`
routes      paths, bodies and bounds           auth     who is asking
intake      decides and stores                 feed     changes after a cursor
recovering  letting somebody in again: two people, a spoken code, a log that only grows
vault       opens what was stored, and projects it into readable tables
overview    what has arrived, for `wren service list`
database    connections, migrations, the embedded PostgreSQL
vaultkeys   the service's own keys
recoverykeys  the key of its half of an escrow, and an agency's in a file of the agency's own
keyfiles    files for keys: made once, never replaced
problems    numbered refusals
"""

from __future__ import annotations

import warnings

# The embedded PostgreSQL's package asks for a folder that a bare machine does not name, and says so.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
