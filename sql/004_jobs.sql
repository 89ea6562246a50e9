-- Runs and jobs as functions: every change of state happens here (core/job.h has the tables).
-- Planning functions test the leader's term, workers' functions the lease number, both on the
-- database clock; what fails the test raises TD001 and changes nothing.
SET search_path = thidua;

-- The lock between writers of entries (shared, while they take acceptance numbers) and runs that
-- take their input cut (exclusive, for an instant).
CREATE FUNCTION cut_lock() RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT 7466726 $$;

-- Takes or keeps the lead for `ttl_ms`. Returns the term, or 0 when another server leads.
CREATE FUNCTION leader_take(me text, ttl_ms integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
    WITH taken AS (
        UPDATE leader
           SET term = term + CASE WHEN holder = me AND until > clock_timestamp() THEN 0 ELSE 1 END,
               holder = me,
               until = clock_timestamp() + ttl_ms * interval '1 ms'
         WHERE holder = me OR until <= clock_timestamp()
        RETURNING term)
    SELECT coalesce((SELECT term FROM taken), 0)
$$;

CREATE FUNCTION leader_leave(me text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
    UPDATE leader SET until = '-infinity' WHERE holder = me
$$;

CREATE FUNCTION leader_check(my_term bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM 1 FROM leader WHERE term = my_term AND until > clock_timestamp() FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'term % is over', my_term USING ERRCODE = 'TD001';
    END IF;
END $$;

-- The night's run of one campaign, once for each slot (a local day). A campaign that came after the
-- slot's instant has no run for it; one that is `over` only when something was accepted since its
-- last published run of that period. Returns the run, or 0 when there is none to make.
CREATE FUNCTION run_nightly(my_term bigint, of_campaign integer, of_slot date, slot_at timestamptz,
                            of_period integer, is_over boolean) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
DECLARE
    made bigint;
    seen bigint;
BEGIN
    PERFORM leader_check(my_term);
    IF NOT EXISTS (SELECT FROM document d WHERE d.campaign = of_campaign AND d.kind = 2
                      AND d.accepted_at < slot_at) THEN
        RETURN 0;
    END IF;
    IF is_over THEN
        SELECT r.cut INTO seen FROM published p JOIN run r ON r.id = p.run
         WHERE p.campaign = of_campaign AND p.period = of_period;
        IF seen IS NOT NULL
           AND NOT EXISTS (SELECT FROM submission s WHERE s.campaign = of_campaign AND s.accepted > seen)
           AND NOT EXISTS (SELECT FROM document d WHERE d.campaign IN (of_campaign, 0) AND d.accepted > seen)
        THEN
            RETURN 0;
        END IF;
    END IF;
    INSERT INTO run (campaign, period, cause, slot) VALUES (of_campaign, of_period, 'nightly', of_slot)
    ON CONFLICT (campaign, slot) WHERE slot IS NOT NULL DO NOTHING RETURNING id INTO made;
    RETURN coalesce(made, 0);
END $$;

-- Fixes the input cut: nobody is taking an acceptance number in this instant. Writers that come later
-- wait behind it, and so does all else of the planner: a writer that takes long (or hangs) is not waited
-- for, the cut is tried again.
CREATE FUNCTION run_cut(my_term bigint, of_run bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
    now_cut bigint;
    c integer;
BEGIN
    PERFORM pg_advisory_xact_lock(cut_lock());
    PERFORM leader_check(my_term);
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO now_cut FROM acceptance;
    SELECT campaign INTO c FROM run WHERE id = of_run AND state = 1 FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE run SET state = 2, cut = now_cut, cut_at = clock_timestamp(),
           units = document_at(0, 1, now_cut), rules = document_at(c, 2, now_cut),
           targets = document_at(c, 3, now_cut), adjustments = document_at(c, 4, now_cut),
           nominations = document_at(c, 5, now_cut), decisions = document_at(c, 6, now_cut)
     WHERE id = of_run;
END $$;

-- accepted number of the newest document at a cut; 0 when there is none.
CREATE FUNCTION document_at(of_campaign integer, of_kind integer, at_cut bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = thidua, pg_temp AS $$
    SELECT coalesce(max(accepted), 0) FROM document
     WHERE campaign = of_campaign AND kind = of_kind AND accepted <= at_cut
$$;

-- The jobs of a run whose cut is taken; job i has stages[i], kinds[i] and arguments[i] (codes joined
-- by commas). Stage 1 is open at once.
CREATE FUNCTION run_plan(my_term bigint, of_run bigint, job_stages integer[], job_kinds integer[],
                         job_arguments text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM leader_check(my_term);
    UPDATE run SET state = 3, stage = 1, stages = (SELECT max(s) FROM unnest(job_stages) s)
     WHERE id = of_run AND state = 2;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO job (run, stage, kind, arguments, state)
    SELECT of_run, j.stage, j.kind, string_to_array(j.arguments, ','),
           CASE WHEN j.stage = 1 THEN 2 ELSE 1 END
      FROM unnest(job_stages, job_kinds, job_arguments) WITH ORDINALITY AS j (stage, kind, arguments, n)
     ORDER BY j.n;
END $$;

-- Is a worker just writing a result of the run? If not, those who hold a lease now have to wait for the
-- end of this transaction.
CREATE FUNCTION run_written(of_run bigint) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
    SELECT (SELECT count(*) FROM job WHERE run = of_run AND state = 3)
        <> (SELECT count(*) FROM (SELECT FROM job WHERE run = of_run AND state = 3 FOR UPDATE SKIP LOCKED) AS free)
$$;

CREATE FUNCTION run_fail(my_term bigint, of_run bigint, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM leader_check(my_term);
    UPDATE run SET state = 6, reason = why, finished_at = clock_timestamp() WHERE id = of_run AND state < 5;
    UPDATE job SET state = 7 WHERE run = of_run AND state IN (1, 2, 3, 4);
END $$;

-- Takes every open run as far as its jobs allow. Returns the runs that changed. Waits for nobody: a run
-- that is just being sealed or put back, or has to fail while a worker writes a result of it, is left
-- for the next time.
CREATE FUNCTION run_advance(my_term bigint) RETURNS TABLE (run_id bigint, new_state smallint, why text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
DECLARE
    r run;
    dead job;
BEGIN
    PERFORM leader_check(my_term);
    FOR r IN SELECT * FROM run WHERE state IN (3, 4) ORDER BY id FOR UPDATE SKIP LOCKED LOOP
        SELECT * INTO dead FROM job WHERE run = r.id AND state = 6 ORDER BY id LIMIT 1;
        IF FOUND THEN
            CONTINUE WHEN run_written(r.id);
            PERFORM run_fail(my_term, r.id, format('job %s is dead: %s', dead.id, dead.error));
            RETURN QUERY SELECT id, state, reason FROM run WHERE id = r.id;
            CONTINUE;
        END IF;
        CONTINUE WHEN EXISTS (SELECT FROM job WHERE run = r.id AND stage = r.stage AND state <> 5);
        IF r.stage < r.stages THEN
            UPDATE run SET stage = r.stage + 1, state = CASE WHEN r.stage + 1 = r.stages THEN 4 ELSE 3 END
             WHERE id = r.id;
            UPDATE job SET state = 2 WHERE run = r.id AND stage = r.stage + 1 AND state = 1;
        ELSIF EXISTS (SELECT FROM job WHERE run = r.id AND state <> 5) OR r.output_digest IS NULL THEN
            PERFORM run_fail(my_term, r.id, 'not every planned job is done');
        ELSE
            UPDATE run SET state = 5, finished_at = clock_timestamp() WHERE id = r.id;
            -- Readers never go back to an older cut.
            INSERT INTO published VALUES (r.campaign, r.period, r.id)
            ON CONFLICT (campaign, period) DO UPDATE SET run = excluded.run
             WHERE (SELECT o.cut FROM run o WHERE o.id = published.run) <= r.cut;
        END IF;
        RETURN QUERY SELECT id, state, reason FROM run WHERE id = r.id;
    END LOOP;
END $$;

-- Leases up to `most` ready jobs, raising their lease numbers. An attempt counts when the worker starts
-- (job_start): a job that waited behind one that killed its worker is none the worse for it.
CREATE FUNCTION job_claim(for_worker text, most integer, lease_ms integer, hard_s integer)
RETURNS TABLE (job_id bigint, job_lease bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
    UPDATE job SET state = 3, lease = lease + 1, worker = for_worker, error = '',
           lease_until = clock_timestamp() + lease_ms * interval '1 ms',
           deadline = clock_timestamp() + hard_s * interval '1 s'
     WHERE id = ANY (ARRAY (SELECT id FROM job WHERE state = 2 ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED))
    RETURNING id, lease
$$;

-- Keeps leases; returns those that are not held any more. A job that is just being written is locked by
-- its worker: nobody waits for it, its sign of life is kept beside it.
CREATE FUNCTION job_beat(jobs bigint[], leases bigint[], lease_ms integer)
RETURNS TABLE (job_id bigint, job_lease bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
    WITH held AS (SELECT * FROM unnest(jobs, leases) AS h (id, lease)),
    kept AS (
        UPDATE job j SET lease_until = least(clock_timestamp() + lease_ms * interval '1 ms', j.deadline)
         WHERE j.id = ANY (ARRAY (SELECT o.id FROM held h JOIN job o ON o.id = h.id AND o.lease = h.lease
                                   WHERE o.state = 3 AND o.deadline > clock_timestamp()
                                   ORDER BY o.id FOR UPDATE OF o SKIP LOCKED))
        RETURNING j.id),
    writing AS (
        INSERT INTO job_writing
        SELECT h.id, h.lease, clock_timestamp() + lease_ms * interval '1 ms'
          FROM held h JOIN job o ON o.id = h.id AND o.lease = h.lease AND o.state = 3
         WHERE NOT EXISTS (SELECT FROM kept k WHERE k.id = h.id)
        ON CONFLICT (job) DO UPDATE SET lease = excluded.lease, until = excluded.until)
    SELECT h.id, h.lease FROM held h
     WHERE NOT EXISTS (SELECT FROM job j WHERE j.id = h.id AND j.lease = h.lease AND j.state = 3
                          AND j.deadline > clock_timestamp())
$$;

-- Wait before the next attempt: 1 s doubled to 60 s, and up to half of it as jitter.
CREATE FUNCTION job_backoff(attempts integer) RETURNS interval LANGUAGE sql VOLATILE AS $$
    SELECT least(60, 2 ^ greatest(0, least(attempts - 1, 6))) * (1 + random() / 2) * interval '1 s'
$$;

-- A worker reports a failure. `final`: trying again is no use.
CREATE FUNCTION job_fail(of_job bigint, of_lease bigint, why text, final boolean, attempts_max integer)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
    UPDATE job SET error = left(why, 1000),
           state = CASE WHEN final OR attempts >= attempts_max THEN 6 ELSE 4 END,
           not_before = clock_timestamp() + job_backoff(attempts)
     WHERE id = of_job AND lease = of_lease AND state = 3
$$;

-- A worker that went silent in the middle of its writing (frozen, cut off) holds its job's row, and keys
-- of its results, for as long as its session lives: past the lease and three seconds, that is ended. The
-- deadline ends it in any case.
CREATE FUNCTION job_end_writers() RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
    SELECT count(pg_terminate_backend(a.pid))::integer
      FROM job j
      JOIN pg_locks l ON l.locktype = 'transactionid' AND l.granted AND l.transactionid = j.xmax
      JOIN pg_stat_activity a ON a.pid = l.pid AND a.usename = 'thidua_worker'
     WHERE j.state = 3 AND j.lease_until < clock_timestamp() - interval '3 s'
       AND (j.deadline < clock_timestamp()
            OR NOT EXISTS (SELECT FROM job_writing w WHERE w.job = j.id AND w.lease = j.lease
                              AND w.until > clock_timestamp()))
$$;

-- Ends leases whose time is over, row by row past those somebody is just finishing, and wakes
-- waiting jobs. Returns how many jobs changed.
CREATE FUNCTION job_sweep(attempts_max integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
DECLARE
    ended integer;
    woken integer;
BEGIN
    BEGIN
        PERFORM job_end_writers();
    EXCEPTION WHEN insufficient_privilege THEN
        NULL; -- the owner may not end sessions (no superuser, no pg_signal_backend): time-outs have to
    END;
    UPDATE job SET state = CASE WHEN attempts >= attempts_max THEN 6 ELSE 4 END,
           error = format('the lease ended without a result (attempt %s, worker %s)', attempts, worker),
           not_before = clock_timestamp() + job_backoff(attempts)
     WHERE id = ANY (ARRAY (SELECT id FROM job WHERE state = 3
                               AND (lease_until < clock_timestamp() OR deadline < clock_timestamp())
                             FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS ended = ROW_COUNT;
    UPDATE job SET state = 2
     WHERE id = ANY (ARRAY (SELECT id FROM job WHERE state = 4 AND not_before <= clock_timestamp()
                             FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS woken = ROW_COUNT;
    RETURN ended + woken;
END $$;

-- An operator puts a dead job back; its failed run opens again where it stood. False: not a dead job.
-- The run is locked first, as run_advance does: its failing sees the job dead or put back, not in between.
CREATE FUNCTION job_retry(of_job bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
DECLARE
    j job;
BEGIN
    PERFORM 1 FROM run WHERE id = (SELECT run FROM job WHERE id = of_job) FOR UPDATE;
    SELECT * INTO j FROM job WHERE id = of_job AND state = 6 FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE job SET state = 2, attempts = 0, error = '' WHERE id = of_job;
    UPDATE run SET state = CASE WHEN stage = stages THEN 4 ELSE 3 END, reason = '', finished_at = NULL
     WHERE id = j.run AND state = 6;
    IF FOUND THEN
        UPDATE job SET state = CASE WHEN stage <= j.stage THEN 2 ELSE 1 END, attempts = 0
         WHERE run = j.run AND state = 7;
    END IF;
    RETURN true;
END $$;

-- ---- what workers call ----

-- The job and its run, if the lease is held. Counts the attempt.
CREATE FUNCTION job_start(of_job bigint, of_lease bigint)
RETURNS TABLE (job_kind smallint, job_arguments text[], run_id bigint, run_campaign integer,
               campaign_code text, run_period integer, run_cut bigint, cut_us bigint, run_units bigint,
               run_rules bigint, run_targets bigint, run_adjustments bigint, run_nominations bigint,
               run_decisions bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    UPDATE job SET attempts = attempts + 1 WHERE id = of_job AND lease = of_lease AND state = 3;
    RETURN QUERY
    SELECT j.kind, j.arguments, r.id, r.campaign, c.code, r.period, r.cut,
           (extract(epoch FROM r.cut_at) * 1000000)::bigint,
           r.units, r.rules, r.targets, r.adjustments, r.nominations, r.decisions
      FROM job j JOIN run r ON r.id = j.run JOIN campaign c ON c.id = r.campaign
     WHERE j.id = of_job AND j.lease = of_lease AND j.state = 3;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'lease % of job % is not held', of_lease, of_job USING ERRCODE = 'TD001';
    END IF;
END $$;

-- First statement of the transaction that writes a result: nobody else can take the job until it ends.
CREATE FUNCTION job_fence(of_job bigint, of_lease bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM 1 FROM job WHERE id = of_job AND lease = of_lease AND state = 3
                         AND deadline > clock_timestamp() FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'lease % of job % is not held', of_lease, of_job USING ERRCODE = 'TD001';
    END IF;
END $$;

-- Last statement of that transaction.
CREATE FUNCTION job_finish(of_job bigint, of_lease bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    UPDATE job SET state = 5, error = '', finished_at = clock_timestamp()
     WHERE id = of_job AND lease = of_lease AND state = 3;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'lease % of job % is not held', of_lease, of_job USING ERRCODE = 'TD001';
    END IF;
END $$;

-- Digests of the run, in the transaction of its seal job.
CREATE FUNCTION run_seal(of_job bigint, of_lease bigint, input bytea, rules_ bytea, tree bytea, output bytea)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM job_fence(of_job, of_lease);
    UPDATE run SET input_digest = input, rules_digest = rules_, tree_digest = tree, output_digest = output
     WHERE id = (SELECT run FROM job WHERE id = of_job);
END $$;
