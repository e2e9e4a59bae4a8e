"""Tools and assessments as FHIR R4, and Questionnaires that others wrote as tools.

This room knows the shapes of Questionnaire, QuestionnaireResponse and Observation as plain dicts,
and nothing of servers, files or screens. `export` writes a tool, `response` an assessment,
`importing` reads a Questionnaire. Only `expressions` needs fhirpathpy, which a phone does not have.

    questionnaire(catalogue.load("risk-24"))["resourceType"]    ->    "Questionnaire"
"""
