-- Campaigns with `refresh: continuous`: runs of their own beside the official ones (nightly, demand), made
-- soon after something came in, and removed again when newer ones are there.
SET search_path = thidua;

-- Continuous runs only: when it was found to be of no use any more. Readers no longer get it; a minute
-- later, when every page that was being read is done, its rows go, then the run itself.
ALTER TABLE run ADD COLUMN leaving_at timestamptz;
CREATE INDEX run_continuous ON run (campaign, period, id DESC) WHERE cause = 'continuous';
CREATE INDEX run_leaving ON run (id) WHERE leaving_at IS NOT NULL;

-- A run for each of these campaigns (period: the latest that has begun) that has something its last run
-- of that period has not seen. One at a time for a campaign, whatever its cause; a second apart; a
-- minute after one that failed. Returns the runs made.
CREATE FUNCTION run_continuous(my_term bigint, campaigns integer[], periods integer[]) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM leader_check(my_term);
    RETURN QUERY
    INSERT INTO run (campaign, period, cause)
    SELECT c.campaign, c.period, 'continuous'
      FROM unnest(campaigns, periods) AS c (campaign, period)
     CROSS JOIN LATERAL (SELECT coalesce(max(r.cut), 0) AS cut FROM run r
                          WHERE r.campaign = c.campaign AND r.period = c.period) AS seen
     WHERE NOT EXISTS (SELECT FROM run r WHERE r.campaign = c.campaign AND r.state < 5)
       AND NOT EXISTS (SELECT FROM run r WHERE r.campaign = c.campaign AND r.period = c.period
                          AND r.cause = 'continuous'
                          AND (r.requested_at > clock_timestamp() - interval '1 s'
                               OR r.state = 6 AND r.finished_at > clock_timestamp() - interval '1 min'))
       AND (EXISTS (SELECT FROM submission s WHERE s.campaign = c.campaign AND s.accepted > seen.cut)
            OR EXISTS (SELECT FROM document d WHERE d.campaign IN (c.campaign, 0) AND d.accepted > seen.cut))
    RETURNING id;
END $$;

-- Removes continuous runs that nobody needs: not shown, over for two minutes, three newer ones of the same
-- campaign and period published. A small piece at each call: `most` offices of the rollup, and as many rows
-- of the other tables. Nightly runs and those on demand are never touched.
CREATE FUNCTION run_prune(my_term bigint, most integer) RETURNS void
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
    END IF;
END $$;

-- As before, but what a campaign that is over has been shown by continuous runs is no official run: the
-- night still makes one.
CREATE OR REPLACE FUNCTION run_nightly(my_term bigint, of_campaign integer, of_slot date, slot_at timestamptz,
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
        SELECT max(r.cut) INTO seen FROM run r
         WHERE r.campaign = of_campaign AND r.period = of_period AND r.state = 5 AND r.cause <> 'continuous';
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

REVOKE EXECUTE ON FUNCTION run_continuous, run_prune FROM PUBLIC;
GRANT EXECUTE ON FUNCTION run_continuous, run_prune TO thidua_server;
