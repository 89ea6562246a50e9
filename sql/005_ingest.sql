-- What servers call to take things in: submissions, documents, keys, requests for runs.
SET search_path = thidua;

-- First statement of a batch of submissions. Takes, in an order that excludes deadlocks,
--   1. the shared cut lock: runs take their input cut when nobody holds it;
--   2. a lock for each office touched: what is on record for it cannot change until the batch ends;
--   3. an acceptance number for each submission of the batch.
-- Statements that follow in the transaction see everything earlier holders committed. Their plans go
-- by keys, made once for a connection, whatever the tables' statistics say when they are new or empty.
-- rules_version: newest document of units and campaigns, by which the batch must have been checked.
CREATE FUNCTION ingest_open(offices text[], numbers integer,
                            OUT now_us bigint, OUT rules_version bigint, OUT first_numbers bigint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM set_config(name, setting, true)
       FROM (VALUES ('enable_seqscan', 'off'), ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'),
                    ('plan_cache_mode', 'force_generic_plan')) AS s (name, setting);
    PERFORM pg_advisory_xact_lock_shared(cut_lock());
    PERFORM pg_advisory_xact_lock(7466727, k.key)
       FROM (SELECT DISTINCT hashtext(o) AS key FROM unnest(offices) AS o ORDER BY 1) AS k;
    SELECT coalesce(max(accepted), 0) INTO rules_version FROM document WHERE kind <= 2;
    SELECT array_agg(nextval('acceptance')) INTO first_numbers FROM generate_series(1, numbers);
    now_us := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
END $$;

-- First statement of a transaction that stores a document: one at a time, so that acceptance numbers
-- of documents commit in their order.
CREATE FUNCTION document_open() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(cut_lock() + 1);
    PERFORM pg_advisory_xact_lock_shared(cut_lock());
END $$;

-- Stores a document; a new campaign gets its number, new indicators theirs. Returns the acceptance number.
CREATE FUNCTION document_store(of_kind integer, campaign_code text, content_ text, digest_ bytea,
                               sender bytea, indicators text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
DECLARE
    c integer := 0;
    taken bigint := nextval('acceptance');
BEGIN
    IF of_kind <> 1 THEN
        INSERT INTO campaign (code) VALUES (campaign_code) ON CONFLICT (code) DO NOTHING;
        SELECT id INTO STRICT c FROM campaign WHERE code = campaign_code;
    END IF;
    INSERT INTO document (accepted, campaign, kind, content, digest, accepted_by)
    VALUES (taken, c, of_kind, content_, digest_, sender);
    INSERT INTO indicator (campaign, number, code)
    SELECT c, (SELECT coalesce(max(number), 0) FROM indicator WHERE campaign = c) + row_number() OVER (ORDER BY n), i.code
      FROM unnest(indicators) WITH ORDINALITY AS i (code, n)
     WHERE NOT EXISTS (SELECT FROM indicator o WHERE o.campaign = c AND o.code = i.code);
    RETURN taken;
END $$;

-- Table unit anew, from the rows of a units document.
CREATE FUNCTION unit_replace(codes text[], names text[], levels text[], parents text[],
                             froms text[], tos text[], merged text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
    DELETE FROM unit;
    INSERT INTO unit
    SELECT u.code, u.name, u.level, u.parent, nullif(u.valid_from, '')::date, nullif(u.valid_to, '')::date, u.merged
      FROM unnest(codes, names, levels, parents, froms, tos, merged)
           AS u (code, name, level, parent, valid_from, valid_to, merged);
$$;

-- Enrols a key; days 0: without end. False: the key is on record already.
CREATE FUNCTION access_add(key bytea, of_role text, of_unit text, of_name text, days integer, by_key bytea)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    INSERT INTO access_key (public_key, role, unit, name, added_by, expires_at)
    VALUES (key, of_role, of_unit, of_name, by_key,
            CASE WHEN days > 0 THEN now() + days * interval '1 day' END)
    ON CONFLICT (public_key) DO NOTHING;
    RETURN FOUND;
END $$;

-- False: there is no such key, or it is revoked already.
CREATE FUNCTION access_revoke(key bytea, by_key bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    UPDATE access_key SET revoked_at = now(), revoked_by = by_key
     WHERE public_key = key AND revoked_at IS NULL;
    RETURN FOUND;
END $$;

-- A run on demand. One that was asked for and has not taken its cut yet serves this request, too.
CREATE FUNCTION run_request(campaign_code text, of_period integer, by_key bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
DECLARE
    c integer;
    made bigint;
BEGIN
    SELECT id INTO STRICT c FROM campaign WHERE code = campaign_code;
    PERFORM pg_advisory_xact_lock(7466729, c);
    SELECT id INTO made FROM run
     WHERE campaign = c AND period = of_period AND state = 1 AND cause = 'demand' ORDER BY id LIMIT 1;
    IF made IS NULL THEN
        INSERT INTO run (campaign, period, cause, requested_by) VALUES (c, of_period, 'demand', by_key)
        RETURNING id INTO made;
    END IF;
    RETURN made;
END $$;

-- 2022-06, 2022-Q2, 2022-H1, 2022 of a period number (core/period.h).
CREATE FUNCTION period_text(number integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT number / 100 || CASE
        WHEN number % 100 = 41 THEN ''
        WHEN number % 100 > 30 THEN '-H' || number % 10
        WHEN number % 100 > 20 THEN '-Q' || number % 10
        ELSE '-' || lpad((number % 100)::text, 2, '0') END
$$;

-- The row-per-cell picture of everything accepted, for people and BI tools.
CREATE VIEW cell AS
SELECT c.code AS campaign, f.office, f.unit, period_text(f.period) AS period, i.code AS indicator,
       CASE e.state WHEN 1 THEN '' WHEN 2 THEN 'na' WHEN 3 THEN 'withdraw' ELSE 'verified' END AS state,
       CASE WHEN e.state IN (1, 4) THEN trim_scale(e.value / 10000.0) END AS value,
       trim_scale(e.denominator / 10000.0) AS denominator,
       coalesce(e.note, '') AS note, f.accepted, s.accepted_at, f.submission
  FROM form f
  JOIN campaign c ON c.id = f.campaign
  JOIN submission s ON s.office = f.office AND s.id = f.submission
 CROSS JOIN LATERAL unnest(f.indicator, f.state, f.value, f.denominator, f.note)
       AS e (number, state, value, denominator, note)
  JOIN indicator i ON i.campaign = f.campaign AND i.number = e.number;

-- What counts now: the newest entry of each cell; self-assessed and verified points stand side by side.
CREATE VIEW cell_now AS
SELECT DISTINCT ON (campaign, unit, period, indicator, state = 'verified') *
  FROM cell
 ORDER BY campaign, unit, period, indicator, state = 'verified', accepted DESC;
