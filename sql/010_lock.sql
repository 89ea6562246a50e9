-- Exceptions from the lock: an officer opens one office's closed period, with a reason and an end.
SET search_path = thidua;

-- Append only; of an office, campaign and period the newest counts, whether it opens longer or closes again.
-- The end is that of a day in Asia/Ho_Chi_Minh, the instant itself is too late.
CREATE TABLE lock_exception (
    office    text NOT NULL,
    campaign  integer NOT NULL REFERENCES campaign,
    period    integer NOT NULL,
    accepted  bigint NOT NULL,
    until     timestamptz NOT NULL,
    reason    text NOT NULL CHECK (reason <> ''),
    given_at  timestamptz NOT NULL,
    given_by  bytea NOT NULL,
    PRIMARY KEY (office, campaign, period, accepted)
);
CREATE INDEX lock_exception_order ON lock_exception (campaign, accepted);

-- Gives one. It takes the locks that a batch takes (ingest_open): a batch that is under way is decided by
-- what was there before, every later one, of whatever server, by this. Asked for again when no answer came,
-- it is the one that was given.
CREATE FUNCTION exception_give(of_office text, campaign_code text, of_period integer, until_us bigint,
                               why text, by_key bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
DECLARE
    c integer;
    ends timestamptz := 'epoch'::timestamptz + until_us * interval '1 microsecond';
    newest lock_exception;
    taken bigint;
BEGIN
    PERFORM durable_check();
    SELECT id INTO STRICT c FROM campaign WHERE code = campaign_code;
    PERFORM pg_advisory_xact_lock_shared(cut_lock());
    PERFORM pg_advisory_xact_lock(7466727, hashtext(of_office));
    SELECT * INTO newest FROM lock_exception
     WHERE office = of_office AND campaign = c AND period = of_period ORDER BY accepted DESC LIMIT 1;
    IF newest.until = ends AND newest.reason = why AND newest.given_by = by_key THEN
        RETURN newest.accepted;
    END IF;
    taken := nextval('acceptance');
    INSERT INTO lock_exception (office, campaign, period, accepted, until, reason, given_at, given_by)
    VALUES (of_office, c, of_period, taken, ends, why, clock_timestamp(), by_key);
    RETURN taken;
END $$;

CREATE FUNCTION audit_exception() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM audit_add(NEW.given_by, 'exception', format('accepted=%s campaign=%s office=%s period=%s until_us=%s',
                      NEW.accepted, (SELECT code FROM campaign WHERE id = NEW.campaign), NEW.office, period_text(NEW.period),
                      (extract(epoch FROM NEW.until) * 1000000)::bigint));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_exception AFTER INSERT ON lock_exception FOR EACH ROW EXECUTE FUNCTION audit_exception();
CREATE TRIGGER audit_by_hand AFTER UPDATE OR DELETE OR TRUNCATE ON lock_exception
    FOR EACH STATEMENT EXECUTE FUNCTION audit_by_hand();

REVOKE EXECUTE ON FUNCTION exception_give, audit_exception FROM PUBLIC;
GRANT SELECT ON lock_exception TO thidua_server;
GRANT EXECUTE ON FUNCTION exception_give TO thidua_server;
GRANT SELECT (office, campaign, period, accepted, until, reason, given_at) ON lock_exception TO thidua_reader;
