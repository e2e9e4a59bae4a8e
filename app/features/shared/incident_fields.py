"""The text fields of an incident: the name on the form, the name in the record, and the longest it takes."""

INCIDENT_TEXT_FIELDS = {
    "what": ("what", 10_000),
    "source": ("source", 200),
    "place": ("place", 200),
    "threat": ("threat", 2_000),
    "injury": ("injury", 1_000),
    "police": ("police_ref", 100),
    "outcome": ("outcome", 1_000),
    "protective": ("protective", 2_000),
    "first-known": ("first_known_to", 200),
}
