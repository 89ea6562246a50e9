-- Continuous runs and the audit: what is told of them is what was shown (published) and what failed, not
-- each of their steps, else the record would grow by a line a second for ever; and that the leader
-- removes their figures is no work of somebody's hand: it is told once for each run.
SET search_path = thidua;

CREATE OR REPLACE FUNCTION audit_run() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    IF NEW.cause = 'continuous' AND NEW.state <> 6 THEN
        RETURN NULL;
    END IF;
    PERFORM audit_add(CASE WHEN TG_OP = 'INSERT' THEN NEW.requested_by END,
        CASE WHEN TG_OP = 'INSERT' THEN 'run_made' ELSE 'run_state' END,
        format('run=%s campaign=%s period=%s cause=%s state=%s stage=%s cut=%s input=%s output=%s reason=%s', NEW.id,
               (SELECT code FROM campaign WHERE id = NEW.campaign), NEW.period, NEW.cause, NEW.state, NEW.stage,
               NEW.cut, encode(NEW.input_digest, 'hex'), encode(NEW.output_digest, 'hex'), NEW.reason));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_by_hand() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('thidua.pruning', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    PERFORM audit_add(NULL, 'by_hand', format('table=%s what=%s', TG_TABLE_NAME, TG_OP));
    RETURN NULL;
END $$;

-- As in 009_continuous.sql, and the audit is told when a run has gone.
CREATE OR REPLACE FUNCTION run_prune(my_term bigint, most integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
DECLARE
    old bigint;
    place text;
    gone bigint;
    all_gone boolean := true;
BEGIN
    PERFORM leader_check(my_term);
    UPDATE run r SET leaving_at = clock_timestamp()
     WHERE r.cause = 'continuous' AND r.leaving_at IS NULL AND r.state IN (5, 6)
       AND r.finished_at < clock_timestamp() - interval '2 min'
       AND NOT EXISTS (SELECT FROM published p WHERE p.run = r.id)
       AND r.id < (SELECT n.id FROM run n WHERE n.campaign = r.campaign AND n.period = r.period
                      AND n.cause = 'continuous' AND n.state = 5 ORDER BY n.id DESC OFFSET 2 LIMIT 1);
    SELECT id INTO old FROM run
     WHERE leaving_at < clock_timestamp() - interval '1 min' AND state IN (5, 6)
     ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM set_config('thidua.pruning', 'yes', true);
    DELETE FROM job_writing WHERE job IN (SELECT id FROM job WHERE run = old);
    DELETE FROM job WHERE run = old; -- from here on it cannot be opened again
    DELETE FROM rollup WHERE run = old
       AND office = ANY (ARRAY (SELECT DISTINCT office FROM rollup WHERE run = old LIMIT most));
    all_gone := NOT FOUND;
    FOREACH place IN ARRAY ARRAY['score', 'ranking', 'award', 'uncounted'] LOOP
        EXECUTE format('DELETE FROM %1$I WHERE ctid = ANY (ARRAY (SELECT ctid FROM %1$I WHERE run = $1 LIMIT $2))', place)
          USING old, most;
        GET DIAGNOSTICS gone = ROW_COUNT;
        all_gone := all_gone AND gone = 0;
    END LOOP;
    IF all_gone THEN
        DELETE FROM run WHERE id = old;
        PERFORM audit_add(NULL, 'run_pruned', format('run=%s', old));
    END IF;
    PERFORM set_config('thidua.pruning', '', true);
END $$;
