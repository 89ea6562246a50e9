-- Which history of the database servers write to. PostgreSQL begins a new timeline when a standby is
-- promoted or a backup is rolled forward to a point in time: receipts may then have been given for what
-- the new history does not have. The store remembers the timeline it was written on; on another one
-- nobody works until an operator has said so (thidua-server --accept-failover), or receipts were only
-- ever given for what a synchronous standby had, too (thidua-server --synchronous on).
SET search_path = thidua;

CREATE TABLE timeline (
    number       integer PRIMARY KEY,            -- the highest counts
    system       bigint NOT NULL,                -- the cluster's identifier
    timeline     bigint NOT NULL,
    synchronous  boolean NOT NULL,               -- acknowledge only what a synchronous standby has
    cause        text NOT NULL,
    taken_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The present one. The timeline's number is the beginning of every WAL file's name.
CREATE FUNCTION timeline_now(OUT system bigint, OUT timeline bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
    SELECT c.system_identifier, ('x' || lpad(left(pg_walfile_name(pg_current_wal_lsn()), 8), 16, '0'))::bit(64)::bigint
      FROM pg_control_system() c
$$;

INSERT INTO timeline (number, system, timeline, synchronous, cause)
SELECT 1, n.system, n.timeline, false, 'migrated' FROM timeline_now() n;

-- The first statement of every session of a server or worker: TD002 unless this is the history that
-- is written on. What is acknowledged is durable here, whatever postgresql.conf says. (A primary's
-- timeline does not change while a session lives.)
CREATE FUNCTION session_open() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
DECLARE
    known timeline;
    here record;
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION 'this database is a standby' USING ERRCODE = 'cannot_connect_now';
    END IF;
    PERFORM set_config('synchronous_commit', 'on', false)
      WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');
    SELECT * INTO STRICT here FROM timeline_now();
    SELECT * INTO STRICT known FROM timeline t ORDER BY t.number DESC LIMIT 1;
    IF known.system = here.system AND known.timeline = here.timeline THEN
        RETURN;
    END IF;
    IF NOT known.synchronous OR known.system <> here.system OR known.timeline > here.timeline THEN
        RAISE EXCEPTION 'timeline % of cluster % is not the one that was written on (% of %): receipts may have been given for what is not here; thidua-server --accept-failover',
            here.timeline, here.system, known.timeline, known.system USING ERRCODE = 'TD002';
    END IF;
    INSERT INTO timeline (number, system, timeline, synchronous, cause)
    VALUES (known.number + 1, here.system, here.timeline, true, 'synchronous standby') ON CONFLICT DO NOTHING;
END $$;

-- In every transaction that is acknowledged: where only what a synchronous standby has may be, is there
-- one? The message makes COMMIT wait for it also when nothing else is written: what a duplicate's
-- receipt is about may have been committed here alone, by a primary that died while it waited.
CREATE FUNCTION durable_check() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    IF (SELECT t.synchronous FROM timeline t ORDER BY t.number DESC LIMIT 1) THEN
        IF current_setting('synchronous_standby_names') = '' THEN
            RAISE EXCEPTION 'synchronous_standby_names is empty' USING ERRCODE = 'insufficient_resources';
        END IF;
        PERFORM pg_logical_emit_message(true, 'thidua', '');
    END IF;
END $$;

-- The operator's word, as the owner. Null: as it was. Returns what holds now.
CREATE FUNCTION timeline_accept(synchronous_ boolean, cause_ text) RETURNS timeline
LANGUAGE sql SET search_path = thidua, pg_temp AS $$
    INSERT INTO timeline (number, system, timeline, synchronous, cause)
    SELECT t.number + 1, n.system, n.timeline, coalesce(synchronous_, t.synchronous), cause_
      FROM timeline t CROSS JOIN timeline_now() n ORDER BY t.number DESC LIMIT 1
    RETURNING *
$$;

REVOKE EXECUTE ON FUNCTION timeline_now, session_open, durable_check, timeline_accept FROM PUBLIC;
GRANT SELECT ON timeline TO thidua_server;
GRANT EXECUTE ON FUNCTION session_open, durable_check TO thidua_server;
GRANT EXECUTE ON FUNCTION session_open TO thidua_worker;
