"""The exchange between a device and the service: messages, and both ends.

`protocol`, `recovery_messages`, `wire`, `envelope`, `signing` and `errors` are shared; `device` and
`service` never import each other. The normative text is `docs/sync-protocol.md`.
"""
