"""The exchange between a device and the service: what travels, and how either end reads it.

`protocol`, `envelope`, `signing` and `errors` are shared; `device` and `service` never import each other.
The normative text is `docs/sync-protocol.md`.
"""
