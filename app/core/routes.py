"""The registry of screens: a name, and the module and function that draw it.

A screen's module is imported when the screen is first opened. A name never changes: it is stored in the
resume state. To add a screen: its own folder, one line here, and its strings.
"""

from collections.abc import Mapping

ROUTES: Mapping[str, str] = {
    "today": "app.features.today.view:today_page",
    "household": "app.features.household.view:household_page",
    "add-household": "app.features.household.add_household:add_household_page",
    "pick": "app.features.assess.tool_picker:tool_picker_page",
    "assess": "app.features.assess.view:assessment_page",
    "hand-over": "app.features.assess.handover:handover_page",
    "handed-back": "app.features.assess.handover:handback_page",
    "check": "app.features.assess.check_answers:check_answers_page",
    "finished": "app.features.assess.completed:completed_page",
    "record": "app.features.assess.record:record_page",
    "outbox": "app.features.outbox.view:outbox_page",
    "contact": "app.features.visits.view:contact_page",
    "seen": "app.features.visits.child_observation:child_observation_page",
    "leave": "app.features.visits.closing:close_visit_page",
    "siblings": "app.features.household.siblings_view:siblings_page",
    "device": "app.features.settings.device_view:device_page",
    "change-words": "app.features.unlock.view:change_passphrase_page",
    "event": "app.features.incidents.view:incident_page",
    "earlier": "app.features.revisions.view:revisions_page",
    "milestone": "app.features.incidents.view:key_date_page",
    "chronology": "app.features.incidents.chronology_view:chronology_page",
    "conduct": "app.features.incidents.chronology_view:person_chronology_page",
    "person": "app.features.people.view:person_page",
    "change-person": "app.features.people.edit_person:edit_person_page",
    "add-person": "app.features.people.edit_person:edit_person_page",
    "born": "app.features.people.edit_person:birth_page",
    "tie": "app.features.people.edit_facts:add_relationship_page",
    "address": "app.features.people.edit_facts:edit_address_page",
    "add-address": "app.features.people.edit_facts:edit_address_page",
    "keep-from": "app.features.people.edit_facts:edit_withheld_page",
    "link": "app.features.people.edit_facts:add_link_page",
    "map": "app.features.household.map_view:household_map_page",
    "pattern": "app.features.incidents.pattern_view:pattern_page",
}
