-- Keys that come and go by themselves: enrolment by a one-time code, rotation with two valid keys.
SET search_path = thidua;

-- A one-time code is the seed of a CURVE pair; only its public half is here, so that the code cannot be
-- told from it. Who connects with that pair may do one thing: put a key of his own on record.
CREATE TABLE invite (
    public_key  bytea PRIMARY KEY CHECK (length(public_key) = 32),
    role        text NOT NULL CHECK (role IN ('clerk', 'leader', 'officer', 'auditor', 'admin', 'worker')),
    unit        text NOT NULL,
    name        text NOT NULL,
    days        integer NOT NULL,                -- validity of the key; 0: without end
    invited_by  bytea NOT NULL,
    expires_at  timestamptz NOT NULL DEFAULT now() + interval '24 hours',
    used_at     timestamptz,
    used_by     bytea
);
CREATE TRIGGER access_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON invite
    FOR EACH STATEMENT EXECUTE FUNCTION access_changed();

-- The key that took this one's place; this one is valid for some days more.
ALTER TABLE access_key ADD COLUMN replaced_by bytea;

CREATE FUNCTION audit_invite() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM audit_add(NEW.invited_by, CASE WHEN NEW.used_at IS NULL THEN 'invited' ELSE 'invite_used' END,
        format('invite=%s role=%s unit=%s key=%s', encode(NEW.public_key, 'hex'), NEW.role, NEW.unit,
               coalesce(encode(NEW.used_by, 'hex'), '')));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_invite AFTER INSERT OR UPDATE ON invite FOR EACH ROW EXECUTE FUNCTION audit_invite();
CREATE TRIGGER audit_by_hand AFTER DELETE OR TRUNCATE ON invite FOR EACH STATEMENT EXECUTE FUNCTION audit_by_hand();

-- False: there is such an invitation or key already.
CREATE FUNCTION key_invite(key bytea, of_role text, of_unit text, of_name text, of_days integer, by_key bytea)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
BEGIN
    PERFORM durable_check();
    INSERT INTO invite (public_key, role, unit, name, days, invited_by)
    SELECT key, of_role, of_unit, of_name, of_days, by_key
     WHERE NOT EXISTS (SELECT FROM access_key WHERE public_key = key)
    ON CONFLICT (public_key) DO NOTHING;
    RETURN FOUND;
END $$;

-- Uses an invitation up for a key. False: it is used or over, whoever gave it may nothing any more, or
-- the key is on record.
CREATE FUNCTION key_enrol(invitation bytea, key bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
DECLARE
    i invite;
BEGIN
    PERFORM durable_check();
    UPDATE invite SET used_at = now(), used_by = key
     WHERE public_key = invitation AND used_at IS NULL AND expires_at > now()
       AND NOT EXISTS (SELECT FROM access_key WHERE public_key = key)
       AND EXISTS (SELECT FROM access_key k WHERE k.public_key = invited_by AND k.revoked_at IS NULL
                      AND (k.expires_at IS NULL OR k.expires_at > now()))
    RETURNING * INTO i;
    IF NOT FOUND OR NOT access_add(key, i.role, i.unit, i.name, i.days, i.invited_by) THEN
        RETURN false;
    END IF;
    -- Nobody gives for longer than he has himself.
    UPDATE access_key a SET expires_at = k.expires_at FROM access_key k
     WHERE a.public_key = key AND k.public_key = i.invited_by AND k.role <> 'admin'
       AND k.expires_at < coalesce(a.expires_at, 'infinity');
    RETURN true;
END $$;

-- The holder of a key puts the next one beside it, with the same rights; the old one is valid for
-- `overlap` days more, and cannot be replaced twice. False: not to be replaced, or the new one is on record.
CREATE FUNCTION key_rotate(old bytea, new bytea, overlap integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = thidua, pg_temp AS $$
DECLARE
    k access_key;
BEGIN
    PERFORM durable_check();
    SELECT * INTO k FROM access_key
     WHERE public_key = old AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) FOR UPDATE;
    IF NOT FOUND OR k.replaced_by IS NOT NULL THEN
        RETURN FOUND AND k.replaced_by = new; -- asked twice
    END IF;
    INSERT INTO access_key (public_key, role, unit, name, added_by, expires_at)
    VALUES (new, k.role, k.unit, k.name, old, k.expires_at) ON CONFLICT (public_key) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM set_config('thidua.actor', encode(old, 'hex'), true);
    UPDATE access_key SET replaced_by = new, expires_at = least(expires_at, now() + overlap * interval '1 day')
     WHERE public_key = old;
    RETURN true;
END $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA thidua FROM PUBLIC;
GRANT SELECT ON invite TO thidua_server;
GRANT EXECUTE ON FUNCTION key_invite, key_enrol, key_rotate TO thidua_server;
