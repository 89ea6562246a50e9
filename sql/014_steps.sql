-- The steps of a report up the tree: signed off by the office's leader, verified or returned by an
-- officer above. A report is all that one office has handed in for one campaign and period; its version
-- is the acceptance number of the newest submission with entries of it. The council's verified points
-- (state 4) are the council's own and no part of it.
SET search_path = thidua;

-- Ed25519, for those who sign; once it is set it stays, so that old signatures keep their meaning.
ALTER TABLE access_key ADD COLUMN sign_key bytea CHECK (length(sign_key) = 32);

-- Append only. Steps take acceptance numbers, so that a run's cut says which of them it knows.
CREATE TABLE step (
    office       text NOT NULL,          -- that handed the report in
    campaign     integer NOT NULL,
    period       integer NOT NULL,
    accepted     bigint NOT NULL,        -- of the step itself
    version      bigint NOT NULL,        -- of the report
    kind         smallint NOT NULL CHECK (kind BETWEEN 1 AND 3), -- 1 signed, 2 verified, 3 returned
    digest       bytea NOT NULL CHECK (length(digest) = 32),     -- of the report's cells (docs/protocol.md)
    sign_key     bytea CHECK (length(sign_key) = 32),            -- 1: Ed25519 …
    signature    bytea CHECK (length(signature) = 64),
    reason       text NOT NULL,          -- 3: why
    by_key       bytea NOT NULL,
    accepted_at  timestamptz NOT NULL,
    PRIMARY KEY (office, campaign, period, accepted),
    CHECK ((kind = 1) = (sign_key IS NOT NULL AND signature IS NOT NULL)),
    CHECK ((kind = 3) = (reason <> ''))
);
CREATE INDEX step_order ON step (campaign, accepted);

-- The newest version of a report; 0: nothing was handed in.
CREATE FUNCTION report_version(of_office text, of_campaign integer, of_period integer) RETURNS bigint
LANGUAGE sql STABLE SET search_path = thidua, pg_temp AS $$
    SELECT coalesce(max(accepted), 0) FROM form
     WHERE office = of_office AND campaign = of_campaign AND period = of_period AND 4 <> ANY (state)
$$;

-- The version of each report whose entries count at a cut, where a campaign counts what is signed
-- (counts 1: signed or verified) or verified (2): the newest one that is so and was not returned.
CREATE FUNCTION report_counts(of_campaign integer, counts integer, at_cut bigint)
RETURNS TABLE (office text, period integer, version bigint)
LANGUAGE sql STABLE ROWS 10000 SET search_path = thidua, pg_temp AS $$
    SELECT s.office, s.period, max(s.version) FROM step s
     WHERE s.campaign = of_campaign AND s.accepted <= at_cut AND s.kind BETWEEN counts AND 2
       AND NOT EXISTS (SELECT FROM step r WHERE r.office = s.office AND r.campaign = s.campaign
                          AND r.period = s.period AND r.version = s.version AND r.kind = 3
                          AND r.accepted <= at_cut)
     GROUP BY s.office, s.period
$$;

-- The forms whose cells count at a cut: all of them (counts 0); else those of each report up to the version
-- of report_counts, and of later ones the council's points alone. Without a search_path of its own, so
-- that it is read by offices like the table.
CREATE FUNCTION form_counted(of_campaign integer, counts integer, at_cut bigint)
RETURNS TABLE (office text, campaign integer, unit text, period integer, accepted bigint, submission uuid,
               indicator smallint[], state smallint[], value bigint[], denominator bigint[], note text[])
LANGUAGE sql STABLE AS $$
    SELECT f.office, f.campaign, f.unit, f.period, f.accepted, f.submission, f.indicator, f.state, f.value,
           f.denominator, f.note
      FROM thidua.form f
      LEFT JOIN thidua.report_counts(of_campaign, greatest(counts, 1), at_cut) r
        ON r.office = f.office AND r.period = f.period
     WHERE f.campaign = of_campaign AND f.accepted <= at_cut
       AND (counts = 0 OR f.accepted <= coalesce(r.version, 0))
    UNION ALL
    SELECT f.office, f.campaign, f.unit, f.period, f.accepted, f.submission, c.indicator, c.state, c.value,
           c.denominator, c.note
      FROM thidua.form f
      LEFT JOIN thidua.report_counts(of_campaign, greatest(counts, 1), at_cut) r
        ON r.office = f.office AND r.period = f.period
     CROSS JOIN LATERAL (
            SELECT array_agg(e.number ORDER BY e.place), array_agg(e.state ORDER BY e.place),
                   array_agg(e.value ORDER BY e.place), array_agg(e.denominator ORDER BY e.place),
                   CASE WHEN f.note IS NOT NULL THEN array_agg(e.note ORDER BY e.place) END
              FROM unnest(f.indicator, f.state, f.value, f.denominator, f.note)
                   WITH ORDINALITY AS e (number, state, value, denominator, note, place)
             WHERE e.state = 4) AS c (indicator, state, value, denominator, note)
     WHERE f.campaign = of_campaign AND f.accepted <= at_cut AND counts <> 0
       AND f.accepted > coalesce(r.version, 0) AND 4 = ANY (f.state)
$$;

-- A step, if the version is the newest and its last step allows it:
--   nothing yet: sign, return     signed: verify, return     verified: return     returned: nothing
-- outcome: 'taken'; 'again' (this very step is there already); 'none' (no report); 'newer' (newest is
-- another version); 'not_now' (after `last`, the kind of the version's last step, 0: none).
CREATE FUNCTION step_take(of_office text, of_campaign integer, of_period integer, of_version bigint,
                          of_kind integer, digest_ bytea, sign_key_ bytea, signature_ bytea,
                          reason_ text, sender bytea,
                          OUT outcome text, OUT newest bigint, OUT last integer, OUT number bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
DECLARE
    before step;
BEGIN
    PERFORM durable_check();
    -- As ingest_open: no submission of the office comes in between, and no cut.
    PERFORM pg_advisory_xact_lock_shared(cut_lock());
    PERFORM pg_advisory_xact_lock(7466727, hashtext(of_office));
    newest := report_version(of_office, of_campaign, of_period);
    SELECT * INTO before FROM step s
     WHERE s.office = of_office AND s.campaign = of_campaign AND s.period = of_period
       AND s.version = of_version
     ORDER BY s.accepted DESC LIMIT 1;
    last := coalesce(before.kind, 0);
    number := coalesce(before.accepted, 0);
    outcome := CASE
        WHEN newest = 0 THEN 'none'
        WHEN last = of_kind AND before.by_key = sender AND before.digest = digest_
             AND before.reason = reason_ THEN 'again'
        WHEN newest <> of_version THEN 'newer'
        WHEN (last, of_kind) IN ((0, 1), (0, 3), (1, 2), (1, 3), (2, 3)) THEN 'taken'
        ELSE 'not_now' END;
    IF outcome = 'taken' THEN
        number := nextval('acceptance');
        INSERT INTO step VALUES (of_office, of_campaign, of_period, number, of_version, of_kind, digest_,
                                 sign_key_, signature_, reason_, sender, clock_timestamp());
    END IF;
END $$;

-- Enrols a key; days 0: without end; sign: the Ed25519 key of one who signs, NULL for others. A key on
-- record that has none yet takes it when all else is the same. False: the key is on record already.
DROP FUNCTION access_add(bytea, text, text, text, integer, bytea);
CREATE FUNCTION access_add(key bytea, of_role text, of_unit text, of_name text, days integer,
                           by_key bytea, sign bytea DEFAULT NULL)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM durable_check();
    INSERT INTO access_key AS k (public_key, role, unit, name, added_by, expires_at, sign_key)
    VALUES (key, of_role, of_unit, of_name, by_key,
            CASE WHEN days > 0 THEN now() + days * interval '1 day' END, sign)
    ON CONFLICT (public_key) DO UPDATE SET sign_key = excluded.sign_key
     WHERE k.sign_key IS NULL AND excluded.sign_key IS NOT NULL AND k.revoked_at IS NULL
       AND (k.role, k.unit, k.name) = (excluded.role, excluded.unit, excluded.name);
    RETURN FOUND;
END $$;

-- False: there is no such key, or it is revoked already.
CREATE OR REPLACE FUNCTION access_revoke(key bytea, by_key bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM durable_check();
    UPDATE access_key SET revoked_at = now(), revoked_by = by_key
     WHERE public_key = key AND revoked_at IS NULL;
    RETURN FOUND;
END $$;

-- Steps change what counts: runs are made for them as for what was handed in.
CREATE OR REPLACE FUNCTION run_continuous(my_term bigint, campaigns integer[], periods integer[]) RETURNS SETOF bigint
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
            OR EXISTS (SELECT FROM step t WHERE t.campaign = c.campaign AND t.accepted > seen.cut)
            OR EXISTS (SELECT FROM document d WHERE d.campaign IN (c.campaign, 0) AND d.accepted > seen.cut))
    RETURNING id;
END $$;

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
           AND NOT EXISTS (SELECT FROM step t WHERE t.campaign = of_campaign AND t.accepted > seen)
           AND NOT EXISTS (SELECT FROM document d WHERE d.campaign IN (of_campaign, 0) AND d.accepted > seen)
        THEN
            RETURN 0;
        END IF;
    END IF;
    INSERT INTO run (campaign, period, cause, slot) VALUES (of_campaign, of_period, 'nightly', of_slot)
    ON CONFLICT (campaign, slot) WHERE slot IS NOT NULL DO NOTHING RETURNING id INTO made;
    RETURN coalesce(made, 0);
END $$;

-- The audit has them, too, by whatever way they come; and which key signs for whom.
CREATE FUNCTION audit_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM audit_add(NEW.by_key, 'step', format('office=%s campaign=%s period=%s accepted=%s version=%s kind=%s digest=%s',
                      NEW.office, (SELECT code FROM campaign WHERE id = NEW.campaign), NEW.period, NEW.accepted,
                      NEW.version, NEW.kind, encode(NEW.digest, 'hex')));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_step AFTER INSERT ON step FOR EACH ROW EXECUTE FUNCTION audit_step();
CREATE TRIGGER audit_by_hand AFTER UPDATE OR DELETE OR TRUNCATE ON step
    FOR EACH STATEMENT EXECUTE FUNCTION audit_by_hand();

CREATE FUNCTION audit_sign_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM audit_add(NEW.added_by, 'sign_key', format('key=%s sign_key=%s', encode(NEW.public_key, 'hex'),
                                                       coalesce(encode(NEW.sign_key, 'hex'), 'none')));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_sign_key_added AFTER INSERT ON access_key FOR EACH ROW
    WHEN (NEW.sign_key IS NOT NULL) EXECUTE FUNCTION audit_sign_key();
CREATE TRIGGER audit_sign_key_changed AFTER UPDATE ON access_key FOR EACH ROW
    WHEN (OLD.sign_key IS DISTINCT FROM NEW.sign_key) EXECUTE FUNCTION audit_sign_key();

REVOKE EXECUTE ON FUNCTION report_version, report_counts, form_counted, step_take, access_add, audit_step, audit_sign_key
    FROM PUBLIC;
GRANT SELECT ON step TO thidua_server, thidua_worker;
GRANT SELECT (office, campaign, period, accepted, version, kind, digest, reason, accepted_at)
    ON step TO thidua_reader;
GRANT EXECUTE ON FUNCTION report_version, report_counts, form_counted, step_take, access_add TO thidua_server;
GRANT EXECUTE ON FUNCTION report_counts, form_counted TO thidua_worker;
