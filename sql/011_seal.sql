-- Sealed runs: the digest of each file of a run, and the server's signature over them. A run is
-- published only when it is signed; the seal's form is docs/sealed.md's.
SET search_path = thidua;

ALTER TABLE run
    ADD COLUMN file_digests bytea[],  -- one for each file, in the order of the seal; 32 zero bytes: no such file
    ADD COLUMN handed_in_digests bytea[], -- of submissions and entries, before the others: they take longest
    ADD COLUMN seal text,             -- what is signed; empty for runs published before there were signatures
    ADD COLUMN seal_key bytea,        -- Ed25519
    ADD COLUMN seal_signature bytea;

-- Digests of the run, in the transaction of its seal job. Workers that know another form of the seal
-- do not find this function and change nothing.
DROP FUNCTION run_seal(bigint, bigint, bytea, bytea, bytea, bytea);
CREATE FUNCTION run_seal(of_job bigint, of_lease bigint, tree bytea, rules_ bytea, input bytea, output bytea,
                         files bytea[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM job_fence(of_job, of_lease);
    UPDATE run SET input_digest = input, rules_digest = rules_, tree_digest = tree, output_digest = output,
           file_digests = files
     WHERE id = (SELECT run FROM job WHERE id = of_job);
END $$;

-- Digests of what was handed in, by a job of the first stage, beside the adding up.
CREATE FUNCTION run_seal_input(of_job bigint, of_lease bigint, submissions bytea, entries bytea)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM job_fence(of_job, of_lease);
    UPDATE run SET handed_in_digests = ARRAY[submissions, entries] WHERE id = (SELECT run FROM job WHERE id = of_job);
END $$;

-- What the leader has to sign: runs that only lack the signature. files: the digests in hexadecimal.
CREATE FUNCTION run_unsigned() RETURNS TABLE (run_id bigint, campaign_code text, run_period integer, run_cut bigint,
                                              cut_us bigint, files text)
LANGUAGE sql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
    SELECT r.id, c.code, r.period, r.cut, (extract(epoch FROM r.cut_at) * 1000000)::bigint,
           (SELECT string_agg(encode(f.digest, 'hex'), '' ORDER BY f.n)
              FROM unnest(r.file_digests) WITH ORDINALITY AS f (digest, n))
      FROM run r JOIN campaign c ON c.id = r.campaign
     WHERE r.state = 4 AND r.file_digests IS NOT NULL AND r.seal IS NULL
       AND NOT EXISTS (SELECT FROM job j WHERE j.run = r.id AND j.state <> 5)
     ORDER BY r.id
$$;

-- The first signature stays. run_advance publishes the run after it.
CREATE FUNCTION run_sign(my_term bigint, of_run bigint, seal_ text, key bytea, signature bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM leader_check(my_term);
    UPDATE run SET seal = seal_, seal_key = key, seal_signature = signature
     WHERE id = of_run AND state = 4 AND file_digests IS NOT NULL AND seal IS NULL;
END $$;

-- Takes every open run as far as its jobs allow. Returns the runs that changed. Waits for nobody: a run
-- that is just being sealed or put back, or has to fail while a worker writes a result of it, is left
-- for the next time; so is one that waits for its signature.
CREATE OR REPLACE FUNCTION run_advance(my_term bigint) RETURNS TABLE (run_id bigint, new_state smallint, why text)
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
        ELSIF EXISTS (SELECT FROM job WHERE run = r.id AND state <> 5) OR r.file_digests IS NULL THEN
            PERFORM run_fail(my_term, r.id, 'not every planned job is done');
        ELSIF r.seal IS NULL THEN
            CONTINUE;
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

-- Runs that an older worker has sealed, but nobody has published yet: sealed anew.
UPDATE job SET state = 2, attempts = 0 WHERE kind = 6 AND state = 5 AND run IN (SELECT id FROM run WHERE state = 4);

REVOKE EXECUTE ON FUNCTION run_seal, run_seal_input, run_unsigned, run_sign FROM PUBLIC;
GRANT EXECUTE ON FUNCTION run_unsigned, run_sign TO thidua_server;
GRANT EXECUTE ON FUNCTION run_seal, run_seal_input TO thidua_worker;
