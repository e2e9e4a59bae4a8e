"""The device's end: what to send next, over what, and when. It never imports the service.

exchange    decides; no clock, no socket, no database
transport   the only place that knows httpx
enrolment   a device and a service meet once
recovery    gives escrows, and asks how a request to be let in again stands
worker      runs exchanges against the outbox
"""
