"""FHIR R4 export and import: Questionnaire, QuestionnaireResponse and Observation as plain dicts.

`export` writes a tool, `response` and `results` an assessment, `importing` reads a Questionnaire.
Only `importing` needs fhirpathpy, which is not on the phone.
"""
