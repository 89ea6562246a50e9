#!/usr/bin/env python3
"""Runs in the store: planning under a term, stage by stage to the pointer, the lead, the night, the cut."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from job_store import FENCED, JOB, MINUTE_MS, RUN_STATES, core_tables, with_store  # noqa: E402
from sql_session import session, waits  # noqa: E402
from thidua_test import equal, wait_for  # noqa: E402


# ---- runs

def try_run_table(store, table):
    """Every planning function in every state of a run; the term is tested first."""
    functions = {
        "take_cut": lambda term, run: f"SELECT run_cut({term}, {run})",
        "start": lambda term, run: f"SELECT run_plan({term}, {run}, '{{1,2}}', '{{1,2}}', '{{a,b}}')",
        "fail": lambda term, run: f"SELECT run_fail({term}, {run}, 'why')",
    }
    for state in RUN_STATES:
        for event, function in functions.items():
            store.clear()
            run = store.run(state)
            before = store.row("run", run)
            for stale in (store.term - 1, store.term + 1):
                equal(store.server.ask(function(stale, run)), FENCED, f"{event} under term {stale}")
            equal(store.row("run", run), before, f"{event} under other terms")
            store.server.ask(function(store.term, run))
            after = table.get(("run", state, event))
            equal(store.run_state(run), after or state, f"{state} after {event}")
            if after is None:
                equal(store.row("run", run), before, f"{state} after {event}")
    equal(store.server.ask(f"SELECT run_advance({store.term - 1})"), FENCED, "run_advance")
    equal(store.server.ask(f"SELECT run_nightly({store.term - 1}, 1, '2022-01-01', now(), 1, false)"), FENCED, "run_nightly")


def try_plan(store):
    store.clear()
    run = store.run("CUT")
    store.server.ask(f"SELECT run_plan({store.term}, {run}, '{{1,1,2}}', '{{1,1,6}}', '{{\"a,b\",c,\"\"}}')")
    equal(store.owner.ask(f"SELECT stage, kind, arguments, state FROM job WHERE run = {run} ORDER BY id"),
          "1|1|{a,b}|2\n1|1|{c}|2\n2|6|{}|1", "jobs")
    store.server.ask(f"SELECT run_plan({store.term}, {run}, '{{1}}', '{{1}}', '{{d}}')")
    equal(store.owner.ask(f"SELECT count(*) FROM job WHERE run = {run}"), "3", "planned once")


def try_stages(store):
    """Stage by stage; the last one verifies; published when all is done and sealed."""
    store.clear()
    run = store.run("RUNNING", cut=5)
    first, second = store.job(run), store.job(run)
    middle, last = store.job(run, "BLOCKED", stage=2), store.job(run, "BLOCKED", stage=3)
    store.finish(first)
    equal(store.advance(), "", "half a stage")
    equal(store.job_state(middle), "BLOCKED", "the next stage")
    store.finish(second)
    equal(store.advance(), f"{run}|3", "the first stage is done")
    equal([store.job_state(job) for job in (middle, last)], ["READY", "BLOCKED"], "jobs")
    store.finish(middle)
    equal(store.advance(), f"{run}|4", "VERIFYING in the last stage")
    equal(store.job_state(last), "READY", "the last stage")
    store.owner.ask(f"UPDATE job SET state = {JOB['LEASED']}, deadline = now() + interval '1 h' WHERE id = {last}")
    store.worker.ask("BEGIN")
    store.worker.ask(f"SELECT job_fence({last}, 7)")
    store.worker.ask(f"SELECT run_seal({last}, 7, 't', 'r', 'i', 'o', ARRAY['a', '\\x00']::bytea[])")
    store.worker.ask(f"SELECT job_finish({last}, 7)")
    equal(store.advance(), "", "before the COMMIT")
    equal(store.owner.ask("SELECT * FROM published"), "", "nothing is seen before")
    equal(store.server.ask("SELECT run_id FROM run_unsigned()"), "", "nothing to sign before")
    store.worker.ask("COMMIT")
    try_signature(store, run)
    equal(store.advance(), f"{run}|5", "published")
    equal(sign(store, run, "late"), "", "a signature for what is published")
    equal(store.owner.ask(f"SELECT seal FROM run WHERE id = {run}"), "first", "stays as it was published")
    equal(store.owner.ask("SELECT run FROM published"), run, "the pointer")
    equal(store.advance(), "", "over")


def sign(store, run, text, term=None):
    return store.server.ask(f"SELECT run_sign({store.term if term is None else term}, {run}, '{text}', 'k', 's')")


def try_signature(store, run):
    """Done and sealed, but not published before it is signed, once, by who leads."""
    equal(store.advance(), "", "not signed")
    equal(store.run_state(run), "VERIFYING", "waits for the signature")
    equal(store.server.ask("SELECT run_id, campaign_code, run_period, run_cut, files FROM run_unsigned()"),
          f"{run}|c|202221|5|6100", "what is to be signed")
    equal(sign(store, run, "stale", store.term - 1), FENCED, "under another term")
    equal(sign(store, run, "first"), "", "signed")
    equal(sign(store, run, "second"), "", "signed again")
    equal(store.owner.ask(f"SELECT seal FROM run WHERE id = {run}"), "first", "the first stays")
    equal(store.server.ask("SELECT run_id FROM run_unsigned()"), "", "nothing more to sign")


def try_unsealed(store):
    """All done and no digest: something is wrong, and it is said."""
    store.clear()
    run = store.run("VERIFYING", stage=3)
    store.job(run, "DONE", stage=3)
    equal(store.advance(), f"{run}|6", "not sealed")
    equal(store.owner.ask("SELECT reason FROM run"), "not every planned job is done", "reason")


def published(store, cut):
    run = store.run("VERIFYING", stage=1, stages=1, cut=cut)
    store.job(run, "DONE")
    store.owner.ask(f"UPDATE run SET file_digests = '{{}}', seal = 'seal' WHERE id = {run}")
    equal(store.advance(), f"{run}|5", f"published with cut {cut}")
    return run


def try_pointer(store):
    store.clear()
    newer = published(store, 20)
    older = published(store, 10)
    equal(store.owner.ask("SELECT run FROM published"), newer, f"not back to {older}")
    same = published(store, 20)
    equal(store.owner.ask("SELECT run FROM published"), same, "the later of two with one cut")


# ---- the lead

def try_lead(store):
    """One holder at a time; a new term for each; what was planned under an old one is refused."""
    term = store.lead("me")
    equal(store.lead("me"), term, "kept")
    equal(store.lead("you"), 0, "another's")
    store.server.ask("SELECT leader_leave('you')")
    equal(store.lead("you"), 0, "only the holder can leave")
    store.server.ask("SELECT leader_leave('me')")
    equal(store.server.ask(f"SELECT leader_check({term})"), FENCED, "after leaving")
    yours = store.lead("you")
    equal(yours, term + 1, "the next term")
    equal(store.lead("me"), 0, "not back before its time")
    equal(store.server.ask(f"SELECT leader_check({term})"), FENCED, "the old term")
    equal(store.server.ask(f"SELECT leader_check({yours})"), "", "the new term")
    store.owner.ask("UPDATE leader SET until = now() - interval '1 ms'")
    equal(store.server.ask(f"SELECT leader_check({yours})"), FENCED, "over, by the store's clock")
    equal(store.lead("you"), yours + 1, "a term that was over is not taken up again")
    store.owner.ask("UPDATE leader SET until = now() - interval '1 ms'")
    store.term = store.lead("me")
    equal(store.term, yours + 2, "over: free for others")


def try_two_leaders(stack, store):
    """A term cannot end in the middle of a planning statement: the next leader waits for it."""
    store.clear()
    run = store.run("PLANNED")
    with session(stack) as first, session(stack) as second:
        first.ask("BEGIN")
        first.ask(f"SELECT run_cut({store.term}, {run})")
        second.say("SELECT leader_leave('me')")
        wait_for(10, lambda: waits(stack, second), "the lead is in use")
        first.ask("COMMIT")
        second.hear()
        taken = int(second.ask(f"SELECT leader_take('you', {MINUTE_MS})"))
        equal(first.ask(f"SELECT run_cut({store.term}, {run})"), FENCED, "the first leader")
        second.ask("SELECT leader_leave('you')")
    equal(taken, store.term + 1, "term")
    store.term = store.lead("me")


# ---- the night

def document(store, kind, accepted, at, campaign=None):
    store.owner.ask(f"INSERT INTO document VALUES ({accepted}, {store.campaign if campaign is None else campaign}, {kind}, "
                    f"'', '', '{at}', '')")


def nightly(store, slot, over=False):
    answer = store.server.ask(f"SELECT run_nightly({store.term}, {store.campaign}, '{slot}', '{slot} 00:30+07', 202221, {over})")
    return int(answer)


def try_night(store):
    store.clear()
    equal(nightly(store, "2022-06-02"), 0, "no campaign document")
    document(store, 2, 1, "2022-06-02 00:30+07")
    equal(nightly(store, "2022-06-02"), 0, "a campaign that came at the slot's instant or later")
    first = nightly(store, "2022-06-03")
    assert first > 0, "the first night"
    equal(nightly(store, "2022-06-03"), 0, "once for each slot")
    assert nightly(store, "2022-06-05") > first, "the next slot"
    assert nightly(store, "2022-06-04") > first, "an earlier one that was left out"
    equal(store.owner.ask("SELECT cause, slot FROM run ORDER BY slot"),
          "nightly|2022-06-03\nnightly|2022-06-04\nnightly|2022-06-05", "runs")


def try_night_of_two(stack, store):
    """Two at once (a leader that lost its term in between): one makes the run, the other sees it."""
    store.clear()
    call = f"SELECT run_nightly({store.term}, {store.campaign}, '2022-07-01', '2022-07-01 00:30+07', 202221, false)"
    with session(stack) as first, session(stack) as second:
        first.ask("BEGIN")
        made = first.ask(call)
        second.say(call)
        wait_for(10, lambda: waits(stack, second), "the second waits for the slot")
        first.ask("COMMIT")
        equal(second.hear(), "0", "the second")
    equal(store.owner.ask("SELECT id FROM run"), made, "runs")


def submission(store, accepted):
    store.owner.ask(f"INSERT INTO submission VALUES ('o', gen_random_uuid(), {store.campaign}, {accepted}, now(), false, "
                    "'', '', 0, 0, 0, 0, '')")


def try_night_of_old_campaigns(store):
    """A campaign that is over has runs only while something new comes in."""
    store.clear()
    assert nightly(store, "2022-08-01", over=True) > 0, "nothing is published yet"
    published(store, 100)
    equal(nightly(store, "2022-08-02", over=True), 0, "nothing new")
    submission(store, 101)
    assert nightly(store, "2022-08-03", over=True) > 0, "a submission"
    published(store, 101)
    equal(nightly(store, "2022-08-04", over=True), 0, "nothing new again")
    document(store, 1, 102, "2022-08-01 00:00+07", campaign=0)
    assert nightly(store, "2022-08-05", over=True) > 0, "a new tree"
    published(store, 102)
    document(store, 4, 103, "2022-08-01 00:00+07")
    assert nightly(store, "2022-08-06", over=True) > 0, "a new list"
    published(store, 103)
    assert nightly(store, "2022-08-07") > 0, "not over"


# ---- continuous runs

def continuous(store):
    return store.server.ask(f"SELECT run_continuous({store.term}, '{{{store.campaign}}}', '{{202221}}')")


def long_ago(store, run):
    store.owner.ask(f"UPDATE run SET requested_at = now() - interval '1 h', finished_at = now() - interval '1 h' WHERE id = {run}")


def over(store, run, state, cut):
    """The run is PUBLISHED or FAILED, just now."""
    store.owner.ask(f"UPDATE run SET state = {RUN_STATES.index(state) + 1}, cut = {cut}, finished_at = now(), "
                    f"requested_at = now() - interval '1 h' WHERE id = {run}")


def try_continuous(store):
    """One at a time, only for news, a second apart, a minute after a failure; official runs stay what they are."""
    store.clear()
    store.owner.ask("DELETE FROM submission")
    store.owner.ask("DELETE FROM document")
    equal(store.server.ask(f"SELECT run_continuous({store.term - 1}, '{{1}}', '{{202221}}')"), FENCED, "another term")
    equal(continuous(store), "", "nothing was ever handed in")
    submission(store, 10)
    first = continuous(store)
    equal(store.owner.ask(f"SELECT cause, state FROM run WHERE id = {first}"), "continuous|1", "the first")
    submission(store, 11)
    equal(continuous(store), "", "one at a time")
    over(store, first, "PUBLISHED", 10)
    store.owner.ask(f"UPDATE run SET requested_at = now() WHERE id = {first}")
    equal(continuous(store), "", "not twice in a second")
    over(store, first, "PUBLISHED", 11)
    equal(continuous(store), "", "nothing new")
    document(store, 1, 12, "2022-01-01", campaign=0)
    second = continuous(store)
    assert int(second) > int(first), "a new tree"
    over(store, second, "FAILED", 12)
    submission(store, 13)
    equal(continuous(store), "", "not at once after a failure")
    long_ago(store, second)
    third = continuous(store)
    assert int(third) > int(second), "a minute later"
    over(store, third, "PUBLISHED", 13)
    submission(store, 14)
    official = store.run("RUNNING", cut=13)
    equal(continuous(store), "", "an official run is open")
    over(store, official, "PUBLISHED", 14)
    equal(continuous(store), "", "what an official run has seen is not new")
    equal(store.server.ask(f"SELECT count(*) FROM run WHERE cause = 'demand'"), "1", "official runs")


def try_night_after_continuous(store):
    """A campaign that is over gets its official run although continuous ones have seen all."""
    store.clear()
    document(store, 2, 20, "2022-01-01")
    run = store.run("PLANNED")
    over(store, run, "PUBLISHED", 30)
    store.owner.ask(f"UPDATE run SET cause = 'continuous' WHERE id = {run}")
    store.owner.ask(f"INSERT INTO published VALUES ({store.campaign}, 202221, {run})")
    assert nightly(store, "2022-09-01", over=True) > 0, "the official one"


FIGURES = ("rollup", "score", "ranking", "award", "uncounted", "job")


def figures_of(store, run):
    return [store.owner.ask(f"SELECT count(*) FROM {table} WHERE run = {run}") for table in FIGURES]


def give_figures(store, run):
    store.owner.ask(f"INSERT INTO rollup SELECT o, {run}, o || s, s, '', 'x', '{{}}','{{}}','{{}}','{{}}','{{}}','{{}}','{{}}','{{}}',"
                    f"'{{}}','{{}}','{{}}','{{}}','' FROM unnest('{{a,b,c}}'::text[]) o, generate_series(0, 1) s")
    store.owner.ask(f"INSERT INTO score VALUES ({run}, 'a', 1, 'i', 1, 1, 1, true, 1, 0, 1, '')")
    store.owner.ask(f"INSERT INTO ranking VALUES ({run}, 1, '', 0, 1, 'a', 'a', 1, 1, 1, 0, 0, '', true, '', '{{}}', '{{}}')")
    store.owner.ask(f"INSERT INTO award VALUES ({run}, 1, 'x', 'a', 'unit', 'a', 1, 'awarded', '')")
    store.owner.ask(f"INSERT INTO uncounted VALUES ({run}, 'a', 202221, 'i'), ({run}, 'b', 202221, 'i')")
    store.job(run, "DONE")


def prune(store, times=1, most=1):
    for _ in range(times):
        store.server.ask(f"SELECT run_prune({store.term}, {most})")
        store.owner.ask("UPDATE run SET leaving_at = leaving_at - interval '2 min'")


def try_prune(store):
    """Continuous runs go when three newer ones are published, in pieces, marked first; others never."""
    store.clear()
    equal(store.server.ask(f"SELECT run_prune({store.term - 1}, 1)"), FENCED, "another term")
    runs = []
    for cause, state in (("demand", "PUBLISHED"), ("continuous", "FAILED"), ("continuous", "PUBLISHED"), ("nightly", "PUBLISHED"),
                         ("continuous", "PUBLISHED"), ("continuous", "PUBLISHED"), ("continuous", "PUBLISHED")):
        run = store.run("PLANNED")
        over(store, run, state, 1)
        long_ago(store, run)
        store.owner.ask(f"UPDATE run SET cause = '{cause}' WHERE id = {run}")
        give_figures(store, run)
        runs.append(run)
    kept = [runs[i] for i in (0, 3, 4, 5, 6)]
    store.owner.ask(f"UPDATE run SET finished_at = now() WHERE id = {runs[2]}")
    store.server.ask(f"SELECT run_prune({store.term}, 100)")
    equal(store.owner.ask("SELECT id FROM run WHERE leaving_at IS NOT NULL ORDER BY id"), runs[1], "not the one that is just over")
    equal(figures_of(store, runs[1]), ["6", "1", "1", "1", "2", "1"], "marked, no more")
    long_ago(store, runs[2])
    store.owner.ask(f"INSERT INTO published VALUES ({store.campaign}, 202221, {runs[2]})")
    prune(store, times=2)
    equal(figures_of(store, runs[1]), ["4", "0", "0", "0", "1", "0"], "one office, one row of each table, all jobs")
    prune(store, times=10)
    equal(store.owner.ask("SELECT id FROM run ORDER BY id"), "\n".join(sorted(kept + [runs[2]], key=int)), "the shown one is kept")
    store.owner.ask("DELETE FROM published")
    prune(store, times=10)
    equal(store.owner.ask("SELECT id FROM run ORDER BY id"), "\n".join(kept), "the others are kept")
    for run in kept:
        equal(figures_of(store, run), ["6", "1", "1", "1", "2", "1"], f"figures of {run}")
    equal([figures_of(store, run) for run in (runs[1], runs[2])], [["0"] * 6] * 2, "nothing is left")
    for table in FIGURES[:5]:
        store.owner.ask(f"DELETE FROM {table}")


# ---- the cut

def try_cut(stack, store):
    """accepted <= cut is exact: numbers taken before it are committed or gone, later ones are greater."""
    store.clear()
    run = store.run("PLANNED")
    with session(stack) as one, session(stack) as two, session(stack) as late, session(stack) as planner:
        numbers = []
        for writer in (one, two):
            writer.ask("BEGIN")
            numbers.append(int(writer.ask("SELECT first_numbers[1] FROM ingest_open('{" + str(writer.pid) + "}', 1)")))
        planner.say(f"SELECT run_cut({store.term}, {run})")
        wait_for(10, lambda: waits(stack, planner), "the cut waits for the writers")
        late.ask("BEGIN")
        late.say("SELECT first_numbers[1] FROM ingest_open('{z}', 1)")
        one.ask("COMMIT")
        equal(waits(stack, planner), True, "and for all of them")
        two.ask("ROLLBACK")
        equal(planner.hear(), "", "the cut")
        later = int(late.hear())
        late.ask("COMMIT")
    cut = int(store.owner.ask(f"SELECT cut FROM run WHERE id = {run}"))
    equal(cut, max(numbers), "the cut")
    assert later > cut, (later, cut)


def try_cut_documents(store):
    """The newest documents at the cut are the run's, those of the campaign and the tree of all."""
    store.clear()
    store.owner.ask("DELETE FROM document")
    for accepted, kind, campaign in ((1, 1, 0), (2, 2, None), (3, 3, None), (4, 3, None), (5, 1, 0)):
        document(store, kind, accepted, "2022-01-01", campaign)
    store.owner.ask("SELECT setval('acceptance', 6)")
    store.owner.ask("INSERT INTO document VALUES (6, 99, 4, '', '', now(), '')")  # another campaign's
    document(store, 5, 1000000, "2022-01-01")  # after the cut
    run = store.run("PLANNED")
    store.server.ask(f"SELECT run_cut({store.term}, {run})")
    equal(store.owner.ask(f"SELECT units, rules, targets, adjustments, nominations, decisions FROM run WHERE id = {run}"),
          "5|2|4|0|0|0", "documents")


def try_all(stack, store):
    table = core_tables(stack)
    try_run_table(store, table)
    try_plan(store)
    try_stages(store)
    try_unsealed(store)
    try_pointer(store)
    try_lead(store)
    try_two_leaders(stack, store)
    try_night(store)
    try_night_of_two(stack, store)
    try_night_of_old_campaigns(store)
    try_continuous(store)
    try_night_after_continuous(store)
    try_prune(store)
    try_cut(stack, store)
    try_cut_documents(store)


if __name__ == "__main__":
    with_store(try_all)
