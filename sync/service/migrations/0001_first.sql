-- Agency first in every key, no foreign keys across agencies: ready to be distributed or split by agency.

CREATE TABLE device (
    agency text NOT NULL,
    device text NOT NULL,
    signing_key bytea NOT NULL,
    receive_key bytea NOT NULL,
    enrolled_at timestamptz NOT NULL,
    PRIMARY KEY (agency, device)
);

CREATE TABLE author (
    agency text NOT NULL,
    device text NOT NULL,
    author text NOT NULL,
    author_key bytea NOT NULL,
    enrolled_at timestamptz NOT NULL,
    PRIMARY KEY (agency, device, author, author_key)
);

-- Sealed bytes, verbatim. `sequence` is given out before the insert, because the receipt signs it.
CREATE SEQUENCE submission_sequence;
CREATE TABLE submission (
    agency text NOT NULL,
    id uuid NOT NULL,
    sequence bigint NOT NULL,
    device text NOT NULL,
    kid text NOT NULL,
    digest bytea NOT NULL,
    envelope bytea NOT NULL,
    received_at timestamptz NOT NULL,
    receipt bytea NOT NULL,
    PRIMARY KEY (agency, id)
);

-- Other bytes under an id that is taken: kept beside the first, for a person to look at.
CREATE TABLE conflict (
    agency text NOT NULL,
    id uuid NOT NULL,
    digest bytea NOT NULL,
    sequence bigint NOT NULL,
    device text NOT NULL,
    kid text NOT NULL,
    envelope bytea NOT NULL,
    received_at timestamptz NOT NULL,
    receipt bytea NOT NULL,
    PRIMARY KEY (agency, id, digest)
);

-- Ciphertext does not compress: do not let the server try.
ALTER TABLE submission ALTER COLUMN envelope SET STORAGE EXTERNAL;
ALTER TABLE conflict ALTER COLUMN envelope SET STORAGE EXTERNAL;

-- What became of a submission after it was stored. Read in the order (transaction, sequence), and only below the
-- oldest running transaction: an identity alone skips what commits late.
CREATE TABLE change (
    agency text NOT NULL,
    device text NOT NULL,
    transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    id uuid NOT NULL,
    word text NOT NULL CHECK (word IN ('opened', 'held')),
    reason text,
    at timestamptz NOT NULL,
    PRIMARY KEY (agency, device, transaction, sequence)
);
CREATE INDEX change_by_id ON change (agency, id, sequence);

-- A cursor is good for this database only.
CREATE TABLE feed (epoch uuid NOT NULL DEFAULT gen_random_uuid());
INSERT INTO feed DEFAULT VALUES;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON submission
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON conflict
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Readable tables, made from the sealed bytes and able to be made again. `sequence` is that of the submission a row
-- comes from: the latest wins, by the service's count and not by a clock.
CREATE TABLE household (
    agency text NOT NULL,
    id uuid NOT NULL,
    sequence bigint NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (agency, id)
);

CREATE TABLE person (
    agency text NOT NULL,
    id uuid NOT NULL,
    sequence bigint NOT NULL,
    household uuid NOT NULL,
    name text NOT NULL,
    born date,
    due date,
    roles text[] NOT NULL,
    PRIMARY KEY (agency, id)
);
CREATE INDEX person_by_household ON person (agency, household);

CREATE TABLE contact (
    agency text NOT NULL,
    id uuid NOT NULL,
    sequence bigint NOT NULL,
    household uuid NOT NULL,
    held_on date NOT NULL,
    kind text NOT NULL,
    role text NOT NULL,
    PRIMARY KEY (agency, id)
);

CREATE TABLE assessment (
    agency text NOT NULL,
    id uuid NOT NULL,
    sequence bigint NOT NULL,
    household uuid NOT NULL,
    contact uuid NOT NULL,
    subject uuid NOT NULL,
    instrument text NOT NULL,
    version text NOT NULL,
    instrument_hash text NOT NULL,
    status text NOT NULL,
    author text NOT NULL,
    author_seq bigint NOT NULL,
    claimed_at timestamptz NOT NULL,
    started_at timestamptz NOT NULL,
    completed_at timestamptz,
    amends uuid,
    context json NOT NULL,
    result json,
    PRIMARY KEY (agency, id)
);
CREATE INDEX assessment_by_subject ON assessment (agency, subject, sequence);
CREATE INDEX assessment_by_household ON assessment (agency, household, sequence);

-- json and not jsonb: the text as it came, with every character and the order of the keys.
CREATE TABLE answer (
    agency text NOT NULL,
    assessment uuid NOT NULL,
    position integer NOT NULL,
    link_id text NOT NULL,
    value json,
    PRIMARY KEY (agency, assessment, position)
);
