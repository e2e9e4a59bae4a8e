"""zlib's preset dictionary for payloads: strings that most of them contain.

`DICTIONARY_1` belongs to encoding 1 of an envelope and never changes: with one other byte no stored envelope
would open (a test pins its digest). Another dictionary needs another encoding number. zlib encodes what is
near the end most cheaply, so the commonest strings come last.
"""

_WORDS_1 = (
    "health-visitor midwife family-court-adviser police-officer home-visit clinic school station incident",
    "mother father partner ex-partner grandmother grandfather sister brother baby mum dad friend teacher",
    "upset frightened worried happy sad angry quiet cried scared shouting hurt safe sleep home when and the "
    "said because she he they was were my me to in at with his her hits hit",
    "observation-0-12m child-voice-7-11 risk-24 visible-high-risk professional-judgement escalation repeat "
    "danger-indicators",
    '"kind":"home-visit","role":"health-visitor"},"household":{"id":"',
    '"kind":"clinic","role":"midwife"},"kind":"incident","role":"police-officer"},"role":"family-court-adviser"},',
    '"roles":["child"]},"roles":["victim","mother"]},"roles":["alleged-perpetrator","father"]},"roles":["adult"]},',
    '{"schema":"wren/assessment/1","assessment":{"id":"',
    '","household_id":"',
    '","contact_id":"',
    '","subject_id":"',
    '","instrument":"',
    '","version":"1","instrument_hash":"',
    '","status":"completed","author":"',
    '","started_at":"2026-',
    'T10:00:00Z","completed_at":"2026-',
    '","area":"default","context":{"on":"2026-',
    '","events":[],"last_marac_referral":null,"judgement":null},',
    '"judgement":{"grade":"high","reason":"',
    '"hidden":{},"result":{"scales":[{"id":"',
    '","value":0,"answered":0,"unknown":0,"not_asked":0,"of":24}],"band":"standard","routes":[{"id":"',
    '","met":false,"reasons":[]},{"id":"',
    '","met":true,"reasons":["',
    '"grade":{"value":"medium","floor":"medium","reasons":["',
    '"findings":[],"missing":[],"shown":[',
    '"amends":null},"contact":{"id":"',
    '"subject":{"id":"',
    '","name":"',
    '","born":"20',
    '","due":null,"roles":["',
    '"instrument":{"id":"',
    '","version":"1.0.0","hash":"',
    '"injury":"yes","frightened":"yes","fears":"","isolated":"no","low-mood":"no","separation":"yes",'
    '"child-contact":"no","stalking":"no","pregnancy-baby":"no","more-often":"no","getting-worse":"no",'
    '"control-jealousy":"yes","weapon":"no","threat-to-kill":"no","strangulation":"no","sexual-harm":"no",'
    '"others-threatening":"no","harmed-others":"no","animals":"no","money":"no","substances-mental-health":"no",'
    '"perpetrator-suicide":"no","broken-orders":"no","police-history":"no"',
    '"reason":"not-safe"},"reason":"asleep-or-unwell"},"reason":"too-young-observed"},"reason":"already-asked"},',
    '{"not_answered":"asked-declined"},{"not_answered":"child-pass"},{"not_answered":"not-asked","reason":"',
    '{"not_answered":"not-applicable"},{"not_answered":"observed-instead"},{"not_answered":"asked-unknown"},',
    '{"who":"mum","place":"',
    '[{"words":"","origin":"child-said","prompt":"',
    '","origin":"child-typed"},{"words":"',
    '","origin":"adult-observed"},{"words":"',
    '":"unknown","',
    '":"no","',
    '":"yes","',
    '"answers":{',
)

DICTIONARY_1 = "".join(_WORDS_1).encode()
