-- Who may do what. Nobody but the owner may UPDATE, DELETE or TRUNCATE anything accepted; servers
-- and workers change state through functions that run with the owner's rights and check first.
SET search_path = thidua;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA thidua FROM PUBLIC;
GRANT USAGE ON SCHEMA thidua TO thidua_server, thidua_worker, thidua_reader;

-- Servers
GRANT SELECT ON ALL TABLES IN SCHEMA thidua TO thidua_server;
GRANT INSERT ON submission, form TO thidua_server;
GRANT EXECUTE ON FUNCTION
    cut_lock, leader_take, leader_leave, leader_check, run_nightly, run_cut, document_at, run_plan,
    run_fail, run_advance, job_claim, job_beat, job_backoff, job_fail, job_sweep, job_retry,
    ingest_open, document_open, document_store, unit_replace, access_add, access_revoke, run_request,
    period_text
    TO thidua_server;

-- Workers
GRANT SELECT ON campaign, indicator, document, unit, submission, form, run, job, rollup, score,
    ranking, award, uncounted TO thidua_worker;
GRANT INSERT ON rollup, score, ranking, award, uncounted TO thidua_worker;
GRANT EXECUTE ON FUNCTION job_start, job_fence, job_finish, run_seal, period_text TO thidua_worker;

-- People: figures and entries, not keys and not who sent what
GRANT SELECT ON campaign, indicator, document, unit, form, cell, cell_now, run, published, rollup,
    score, ranking, award, uncounted TO thidua_reader;
GRANT SELECT (office, id, campaign, accepted, accepted_at, late, created, changed, unchanged, withdrawn)
    ON submission TO thidua_reader;
GRANT EXECUTE ON FUNCTION period_text TO thidua_reader;
