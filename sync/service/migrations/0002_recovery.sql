-- The public halves of agencies' recovery keys. The newest is given to devices; older escrows name older ones.
CREATE TABLE agency_key (
    agency text NOT NULL,
    kid text NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    public bytea NOT NULL,
    admitted_at timestamptz NOT NULL,
    PRIMARY KEY (agency, kid)
);

-- A copy of each person's escrow: two sealed halves, of which this service can open one.
CREATE TABLE escrow (
    agency text NOT NULL,
    device text NOT NULL,
    author text NOT NULL,
    digest bytea NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    escrow bytea NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (agency, device, author, digest)
);

-- Somebody asks to be let in again. How it stands follows from the log alone.
CREATE TABLE recovery_request (
    agency text NOT NULL,
    id uuid NOT NULL,
    device text NOT NULL,
    author text NOT NULL,
    request bytea NOT NULL,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (agency, id)
);
CREATE INDEX recovery_request_by_author ON recovery_request (agency, device, author);

CREATE TABLE recovery_log (
    agency text NOT NULL,
    request uuid NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    word text NOT NULL CHECK (word IN ('asked', 'agreed', 'wrong-code', 'closed', 'stopped', 'finished')),
    side text CHECK (side IN ('agency', 'service')),
    officer text,
    grant_hash bytea,
    at timestamptz NOT NULL,
    PRIMARY KEY (agency, request, sequence)
);
-- Each side agrees once, whoever tries it at the same moment.
CREATE UNIQUE INDEX recovery_agreed_once ON recovery_log (agency, request, side) WHERE word = 'agreed';

-- One side's half, sealed to the one-off key of the device that asked.
CREATE TABLE recovery_grant (
    agency text NOT NULL,
    request uuid NOT NULL,
    side text NOT NULL CHECK (side IN ('agency', 'service')),
    officer text NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (agency, request, side)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON agency_key
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON escrow
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recovery_request
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recovery_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recovery_grant
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Every other device of the person hears that somebody is let in.
ALTER TABLE change DROP CONSTRAINT change_word_check;
ALTER TABLE change ADD CONSTRAINT change_word_check CHECK (word IN ('opened', 'held', 'recovered'));
