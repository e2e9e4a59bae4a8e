"""Reading FHIR Questionnaires that others published, as tools."""
