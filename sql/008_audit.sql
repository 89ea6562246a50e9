-- The audit: who did what, append-only, in the transaction of the work itself; each row is chained to
-- the one before it by a hash. common/audit_chain.h checks chains, docs/security.md tells why.
SET search_path = thidua;

-- A chain goes on for ever, its numbers begin anew each day (Asia/Ho_Chi_Minh); the first row of a day
-- is chained to the last one of an earlier day, the first of all to 32 zero bytes.
-- hash = SHA-256 of the hash before it and this text in UTF-8, lines ended by LF but the last one:
--   day as YYYY-MM-DD, chain, number, at_us, actor in hex, writer, event, detail
CREATE TABLE audit (
    chain   smallint NOT NULL,
    day     date NOT NULL,
    number  bigint NOT NULL,                     -- 1, 2, 3 … of the chain's day
    at_us   bigint NOT NULL,                     -- database clock, microseconds since the epoch
    actor   bytea NOT NULL,                      -- public key of who asked for it; empty: nobody's
    writer  text NOT NULL,                       -- role of the database that wrote the row
    event   text NOT NULL,
    detail  text NOT NULL,                       -- name=value …, ids and digests, no contents
    hash    bytea NOT NULL,
    PRIMARY KEY (chain, day, number)
);
CREATE INDEX audit_time ON audit (at_us);

CREATE FUNCTION audit_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only';
END $$;
CREATE TRIGGER audit_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_fixed();

-- Appends a row. A transaction takes the first chain that nobody is writing, so that none waits for
-- another: there are as many chains as transactions were ever under way at once. `by_key` NULL: the
-- key that the transaction has named in thidua.actor, if it has.
CREATE FUNCTION audit_add(by_key bytea, of_event text, of_detail text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
DECLARE
    c integer := 0;
    last audit;
    made audit;
    at timestamptz;
BEGIN
    WHILE NOT pg_try_advisory_xact_lock(7466731, c) LOOP
        c := c + 1;
    END LOOP;
    SELECT * INTO last FROM audit WHERE chain = c ORDER BY day DESC, number DESC LIMIT 1;
    at := clock_timestamp();
    made.chain := c;
    made.day := greatest((at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, last.day);
    made.number := CASE WHEN made.day = last.day THEN last.number + 1 ELSE 1 END;
    made.at_us := (extract(epoch FROM at) * 1000000)::bigint;
    made.actor := coalesce(by_key, decode(current_setting('thidua.actor', true), 'hex'), '');
    made.writer := session_user;
    made.event := of_event;
    made.detail := of_detail;
    made.hash := sha256(coalesce(last.hash, decode(repeat('00', 32), 'hex')) || convert_to(
        concat_ws(E'\n', to_char(made.day, 'YYYY-MM-DD'), c, made.number, made.at_us,
                  encode(made.actor, 'hex'), made.writer, made.event, made.detail), 'UTF8'));
    INSERT INTO audit VALUES (made.*);
END $$;

-- ---- what is recorded by whatever way it is done: by triggers

CREATE FUNCTION audit_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
DECLARE
    k access_key := coalesce(NEW, OLD);
    about text := format('key=%s role=%s unit=%s expires=%s', encode(k.public_key, 'hex'), k.role, k.unit,
                         coalesce(extract(epoch FROM k.expires_at)::bigint::text, 'never'));
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM audit_add(NEW.added_by, 'key_added', about);
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM audit_add(NULL, 'key_deleted', about);
    ELSIF OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL THEN
        PERFORM audit_add(NEW.revoked_by, 'key_revoked', about);
    ELSE
        PERFORM audit_add(NULL, 'key_changed', format('%s was_role=%s was_unit=%s', about, OLD.role, OLD.unit));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_key AFTER INSERT OR UPDATE OR DELETE ON access_key
    FOR EACH ROW EXECUTE FUNCTION audit_key();

CREATE FUNCTION audit_document() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM audit_add(NEW.accepted_by, 'document', format('accepted=%s campaign=%s kind=%s digest=%s', NEW.accepted,
                      (SELECT code FROM campaign WHERE id = NEW.campaign), NEW.kind, encode(NEW.digest, 'hex')));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_document AFTER INSERT ON document FOR EACH ROW EXECUTE FUNCTION audit_document();

CREATE FUNCTION audit_run() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM audit_add(CASE WHEN TG_OP = 'INSERT' THEN NEW.requested_by END,
        CASE WHEN TG_OP = 'INSERT' THEN 'run_made' ELSE 'run_state' END,
        format('run=%s campaign=%s period=%s cause=%s state=%s stage=%s cut=%s input=%s output=%s reason=%s', NEW.id,
               (SELECT code FROM campaign WHERE id = NEW.campaign), NEW.period, NEW.cause, NEW.state, NEW.stage,
               NEW.cut, encode(NEW.input_digest, 'hex'), encode(NEW.output_digest, 'hex'), NEW.reason));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_run_made AFTER INSERT ON run FOR EACH ROW EXECUTE FUNCTION audit_run();
CREATE TRIGGER audit_run_state AFTER UPDATE ON run FOR EACH ROW
    WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION audit_run();

CREATE FUNCTION audit_published() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM audit_add(NULL, 'published', format('run=%s campaign=%s period=%s', NEW.run,
                      (SELECT code FROM campaign WHERE id = NEW.campaign), NEW.period));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_published AFTER INSERT OR UPDATE ON published FOR EACH ROW EXECUTE FUNCTION audit_published();

CREATE FUNCTION audit_job() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM audit_add(NULL, CASE WHEN NEW.state = 6 THEN 'job_dead' ELSE 'job_put_back' END,
                      format('job=%s run=%s error=%s', NEW.id, NEW.run, NEW.error));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_job AFTER UPDATE ON job FOR EACH ROW
    WHEN ((OLD.state = 6) <> (NEW.state = 6)) EXECUTE FUNCTION audit_job();

CREATE FUNCTION audit_migration() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM audit_add(NULL, 'migrated', format('number=%s', NEW.number));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_migration AFTER INSERT ON migration FOR EACH ROW EXECUTE FUNCTION audit_migration();

CREATE FUNCTION audit_timeline() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM audit_add(NULL, 'timeline', format('number=%s system=%s timeline=%s synchronous=%s cause=%s', NEW.number,
                      NEW.system, NEW.timeline, NEW.synchronous, NEW.cause));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_timeline AFTER INSERT ON timeline FOR EACH ROW EXECUTE FUNCTION audit_timeline();

-- What no program ever does to what was stored: somebody's hand.
CREATE FUNCTION audit_by_hand() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM audit_add(NULL, 'by_hand', format('table=%s what=%s', TG_TABLE_NAME, TG_OP));
    RETURN NULL;
END $$;
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['timeline', 'submission', 'form', 'document', 'rollup', 'score', 'ranking', 'award', 'uncounted'] LOOP
        EXECUTE format('CREATE TRIGGER audit_by_hand AFTER UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION audit_by_hand()', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['run', 'published', 'job', 'migration', 'campaign', 'indicator'] LOOP
        EXECUTE format('CREATE TRIGGER audit_by_hand AFTER DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION audit_by_hand()', t);
    END LOOP;
    CREATE TRIGGER audit_by_hand AFTER TRUNCATE ON access_key FOR EACH STATEMENT EXECUTE FUNCTION audit_by_hand();
END $$;

-- job_retry that tells the audit who asked.
CREATE FUNCTION job_retry(of_job bigint, by_key bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM set_config('thidua.actor', encode(by_key, 'hex'), true);
    RETURN job_retry(of_job);
END $$;

-- Trigger functions are called by nobody; audit_add by servers alone.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA thidua FROM PUBLIC;
GRANT SELECT ON audit TO thidua_server;
GRANT EXECUTE ON FUNCTION audit_add(bytea, text, text), job_retry(bigint, bytea) TO thidua_server;
