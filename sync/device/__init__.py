"""The device's end: what to send next, how, and when. It never imports the service.

exchange           decides; no clock, socket or database
transport          HTTP; the only module that uses httpx
enrolment          exchanges public keys with a service
recovery_exchange  uploads escrows, and asks for the state of a recovery request
worker             runs exchanges against the outbox
"""
