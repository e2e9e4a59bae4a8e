"""The central service: stores sealed submissions unchanged, and opens them in a separate step.

main               composition root: `serve`, `create_app`
settings           where files and the database are
routes, problems   paths, bodies and bounds; numbered refusals
auth               request signatures, clock, nonces
intake, feed       outcomes and storing; changes after a cursor
vault              opens what was stored and projects it into readable tables
admin              the rows behind `wren service list`
recovery           requests to be let in again, approvals by two people, escrows and their keys
service_keys       the service's own keys; files that are written once
database, migrations   connections and numbered migrations
embedded_postgres  the service's own PostgreSQL server
"""
