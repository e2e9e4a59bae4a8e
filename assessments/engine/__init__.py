"""The rules of a form: pure functions over definitions and answers, without clock, disk or screen.

`form` decides what happens after an event; it asks `validation` and `scoring`, which ask
`enablement`, which reads `answers`.
"""
