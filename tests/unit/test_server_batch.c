// What a batch decides: counts against what is on record and against each other, ids that come
// twice, receipts that hold.
#include "common/merkle.h"
#include "server/batch.h"
#include "tests/lib/cmocka_all.h"
#include "tests/unit/server_submit.h"
#include <sodium.h>

#define BATCH_MAX 8
#define NOW_US INT64_C(1649203200000000) // 2022-04-06 in Vietnam

static struct identity identity;

struct test {
    struct world *world;
    struct batch *batch;
};

static int set_up(void **state)
{
    (void)state;
    return sodium_init() < 0 ||
           crypto_sign_keypair(identity.sign_public, identity.sign_secret) != 0;
}

static struct test begin(void)
{
    struct test test = {.world = server_world(SERVER_UNITS, SERVER_CAMPAIGN),
                        .batch = mem_alloc(1, sizeof *test.batch)};
    test.batch->arena = arena_create();
    test.batch->now_us = NOW_US;
    test.batch->numbers = arena_alloc(test.batch->arena, BATCH_MAX, sizeof(int64_t));
    for (int64_t i = 0; i < BATCH_MAX; i++)
        test.batch->numbers[i] = 100 + i;
    return test;
}

static void end(struct test *test)
{
    batch_destroy(test->batch);
    world_release(test->world);
}

static struct submission *add(struct test *test, uint8_t id, const struct submit_cell *cells,
                              size_t count, bool dry_run)
{
    struct submission *made = submit_make(ROLE_CLERK, "X1", id, "", cells, count, dry_run);
    submission_check(made, test->world, tree_day("2022-04-06"));
    *MEM_PUSH(test->batch->list, test->batch->count, test->batch->capacity) = made;
    return made;
}

static struct submission *add_one(struct test *test, uint8_t id, uint32_t state, int64_t value)
{
    struct submit_cell cell = {"V1", "2022-Q1", 0, state, value, 0};
    return add(test, id, &cell, 1, false);
}

static void on_record(struct test *test, uint8_t state, int64_t value)
{
    const struct unit_tree *tree = world_tree(test->world);
    struct period period;
    assert_true(period_parse("2022-Q1", 7, &period));
    struct record *record = batch_record(
        test->batch, form_key(SERVER_CAMPAIGN_ID, tree_unit(tree, "V1"), period));
    *record_add(record, test->batch->arena) = (struct entry){
        .accepted = 5, .value_e4 = value, .number = 101, .state = state, .note = ""};
}

static void counts_are(const struct submission *submission, unsigned created, unsigned changed,
                       unsigned unchanged, unsigned withdrawn)
{
    const struct wire_receipt *receipt = &submission->receipt;
    assert_int_equal(submission->code, WIRE_COMMITTED);
    assert_int_equal(receipt->created, created);
    assert_int_equal(receipt->changed, changed);
    assert_int_equal(receipt->unchanged, unchanged);
    assert_int_equal(receipt->withdrawn, withdrawn);
}

// What is on record, what comes, and which of the four it counts as.
static void one_cell(void **state)
{
    static const struct {
        uint8_t before; // 0: nothing
        int64_t was;
        uint32_t now;
        int64_t is;
        char counted;
    } cases[] = {
        {0, 0, CELL_VALUE, 0, 'n'},
        {0, 0, CELL_NA, 0, 'n'},
        {0, 0, CELL_WITHDRAW, 0, 'u'},
        {CELL_VALUE, 1, CELL_VALUE, 1, 'u'},
        {CELL_VALUE, 1, CELL_VALUE, 2, 'c'},
        {CELL_VALUE, 0, CELL_NA, 0, 'c'},
        {CELL_VALUE, 1, CELL_WITHDRAW, 0, 'w'},
        {CELL_NA, 0, CELL_NA, 0, 'u'},
        {CELL_NA, 0, CELL_VALUE, 0, 'c'},
        {CELL_NA, 0, CELL_WITHDRAW, 0, 'w'},
        {CELL_WITHDRAW, 0, CELL_WITHDRAW, 0, 'u'},
        {CELL_WITHDRAW, 0, CELL_VALUE, 0, 'n'},
    };
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct test test = begin();
        if (cases[i].before != 0)
            on_record(&test, cases[i].before, cases[i].was);
        struct submission *made = add_one(&test, 1, cases[i].now, cases[i].is);
        batch_decide(test.batch, &identity);
        counts_are(made, cases[i].counted == 'n', cases[i].counted == 'c', cases[i].counted == 'u',
                   cases[i].counted == 'w');
        end(&test);
    }
}

static void within_a_batch(void **state)
{
    struct test test = begin();
    (void)state;
    on_record(&test, CELL_VALUE, 1);
    struct submission *first = add_one(&test, 1, CELL_VALUE, 2),
                      *same = add_one(&test, 2, CELL_VALUE, 2),
                      *gone = add_one(&test, 3, CELL_WITHDRAW, 0),
                      *back = add_one(&test, 4, CELL_VALUE, 2);
    batch_decide(test.batch, &identity);
    counts_are(first, 0, 1, 0, 0);
    counts_are(same, 0, 0, 1, 0);
    counts_are(gone, 0, 0, 0, 1);
    counts_are(back, 1, 0, 0, 0);
    assert_int_equal(test.batch->to_store, 4);
    assert_true(back->receipt.accepted == 103 && first->receipt.accepted == 100);
    end(&test);
}

// A form without cells says nothing, whatever unit and period it names.
static void empty_forms(void **state)
{
    struct test test = begin();
    const struct submit_cell cells[] = {{"V1", "2022-Q1", 0, CELL_VALUE, 1, 0},
                                        {"nowhere", "never", 0, SUBMIT_NO_CELL, 0, 0}};
    (void)state;
    struct submission *made = add(&test, 1, cells, 2, false);
    assert_int_equal(made->verdict, 0);
    assert_int_equal(made->then[1], NO_UNIT);
    batch_decide(test.batch, &identity);
    counts_are(made, 1, 0, 0, 0);
    assert_int_equal(test.batch->forms.count, 1);
    end(&test);
}

// Verified points and the unit's own stand side by side.
static void assessed(void **state)
{
    struct test test = begin();
    const struct submit_cell own = {"X1", "2022-Q1", 2, CELL_VALUE, 5, 0},
                             council = {"X1", "2022-Q1", 2, CELL_VERIFIED, 5, 0};
    (void)state;
    struct submission *first = add(&test, 1, &own, 1, false);
    struct submission *second = submit_make(ROLE_OFFICER, "H", 2, "", &council, 1, false);
    submission_check(second, test.world, tree_day("2022-04-06"));
    *MEM_PUSH(test.batch->list, test.batch->count, test.batch->capacity) = second;
    struct submission *third = add(&test, 3, &own, 1, false);
    batch_decide(test.batch, &identity);
    counts_are(first, 1, 0, 0, 0);
    counts_are(second, 1, 0, 0, 0);
    counts_are(third, 0, 0, 1, 0);
    end(&test);
}

// ---- corrections of what has changed since

static const uint8_t others_id[ID_BYTES] = {77};

// Two rows of V1: the first one (FOOD) of nobody in particular, the second one `others_id`'s.
static void two_rows(struct test *test, uint8_t state, int64_t value)
{
    const struct unit_tree *tree = world_tree(test->world);
    struct period period;
    on_record(test, state, value);
    assert_true(period_parse("2022-Q1", 7, &period));
    struct record *record = batch_record(
        test->batch, form_key(SERVER_CAMPAIGN_ID, tree_unit(tree, "V1"), period));
    struct form_row first = {.accepted = 4},
                    second = {.accepted = 5, .at_us = INT64_C(1649120461000000)};
    memcpy(second.submission, others_id, ID_BYTES);
    record_add_row(record, second, test->batch->arena); // in any order
    record_add_row(record, first, test->batch->arena);
}

// The newest entry of FOOD is 1, in the second of two rows. What comes with which base is refused?
static void bases(void **state)
{
    static const struct {
        uint32_t base; // 1 + rows known; 0: not said
        bool own;      // the second row is the sender's own
        uint32_t now;
        int64_t is;
        enum wire_code code;
    } cases[] = {
        {0, false, CELL_VALUE, 2, WIRE_COMMITTED}, // an old client
        {1, false, CELL_VALUE, 2, WIRE_STALE_BASE},
        {2, false, CELL_VALUE, 2, WIRE_STALE_BASE}, // knows the first row only
        {2, true, CELL_VALUE, 2, WIRE_COMMITTED},
        {3, false, CELL_VALUE, 2, WIRE_COMMITTED},
        {9, false, CELL_VALUE, 2, WIRE_COMMITTED}, // ahead of what is on record
        {1, false, CELL_VALUE, 1, WIRE_COMMITTED}, // the same already
        {1, false, CELL_NA, 0, WIRE_STALE_BASE},
        {1, false, CELL_WITHDRAW, 0, WIRE_STALE_BASE},
    };
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct test test = begin();
        two_rows(&test, CELL_VALUE, 10000);
        struct submit_cell cell = {"V1", "2022-Q1", 0, cases[i].now, 10000 * cases[i].is, 0};
        submit_base = cases[i].base;
        submit_own = cases[i].own ? others_id : NULL;
        struct submission *made = add(&test, 1, &cell, 1, i % 2 == 1);
        submit_base = 0;
        submit_own = NULL;
        for (int again = 0; again < 2; again++) { // a batch that is decided anew
            batch_decide(test.batch, &identity);
            assert_int_equal(made->code, cases[i].code);
            assert_int_equal(made->findings.count, cases[i].code == WIRE_STALE_BASE);
            if (made->code != WIRE_STALE_BASE)
                break; // deciding again would meet its own entries
        }
        if (made->code == WIRE_STALE_BASE) {
            const struct finding *finding = &made->findings.list[0];
            assert_int_equal(finding->code, FINDING_STALE_BASE);
            assert_int_equal(finding->row, 2);
            assert_string_equal(finding->args[0], "1");
            assert_string_equal(finding->args[1], "2022-04-05 08:01:01"); // 01:01:01 UTC
            assert_int_equal(made->stale_rows[0], 3);
            assert_int_equal(test.batch->to_store, 0);
        }
        end(&test);
    }
}

// Two corrections of a batch on the same base: one wins. Another cell of the form is none's conflict.
static void bases_within_a_batch(void **state)
{
    struct test test = begin();
    const struct submit_cell other = {"V1", "2022-Q1", 1, CELL_VALUE, 1, 2};
    (void)state;
    two_rows(&test, CELL_VALUE, 1);
    submit_base = 3;
    struct submission *first = add_one(&test, 1, CELL_VALUE, 2),
                      *second = add_one(&test, 2, CELL_VALUE, 3),
                      *same = add_one(&test, 3, CELL_VALUE, 2),
                      *beside = add(&test, 4, &other, 1, false);
    submit_base = 0;
    batch_decide(test.batch, &identity);
    counts_are(first, 0, 1, 0, 0);
    assert_int_equal(second->code, WIRE_STALE_BASE);
    assert_int_equal(second->stale_rows[0], 4);
    counts_are(same, 0, 0, 1, 0);
    counts_are(beside, 1, 0, 0, 0);
    assert_int_equal(test.batch->to_store, 3);
    end(&test);
}

static void dry_runs_leave_no_trace(void **state)
{
    struct test test = begin();
    const struct submit_cell cell = {"V1", "2022-Q1", 0, CELL_VALUE, 1, 0};
    (void)state;
    struct submission *dry = add(&test, 1, &cell, 1, true), *wet = add(&test, 1, &cell, 1, false);
    batch_decide(test.batch, &identity);
    counts_are(dry, 1, 0, 0, 0);
    counts_are(wet, 1, 0, 0, 0);
    assert_true(dry->receipt.accepted == 0 && wet->receipt.accepted == 100);
    assert_int_equal(dry->signed_receipt.length, 0);
    assert_int_equal(test.batch->to_store, 1);
    end(&test);
}

static void ids_again(void **state)
{
    struct test test = begin();
    struct stored stored = {.digest = {9}, .receipt = {(const uint8_t *)"receipt", 7}};
    static const uint8_t five[ID_BYTES] = {5}, six[ID_BYTES] = {6};
    (void)state;
    struct submission *first = add_one(&test, 1, CELL_VALUE, 1),
                      *twin = add_one(&test, 1, CELL_VALUE, 1),
                      *other = add_one(&test, 1, CELL_VALUE, 2),
                      *known = add_one(&test, 5, CELL_VALUE, 1),
                      *taken = add_one(&test, 6, CELL_VALUE, 1),
                      *wrong = add_one(&test, 7, CELL_VALUE, -1),
                      *right = add_one(&test, 7, CELL_VALUE, 1);
    struct stored same = stored;
    memcpy(same.digest, known->digest, DIGEST_BYTES);
    *pair_map_at(&test.batch->stored, id_key(five)) = &same;
    *pair_map_at(&test.batch->stored, id_key(six)) = &stored;
    batch_decide(test.batch, &identity);
    assert_int_equal(first->code, WIRE_COMMITTED);
    assert_int_equal(twin->code, WIRE_DUPLICATE);
    assert_ptr_equal(twin->twin, first);
    assert_int_equal(other->code, WIRE_CONFLICT);
    assert_int_equal(known->code, WIRE_DUPLICATE);
    assert_memory_equal(known->signed_receipt.data, "receipt", 7);
    assert_int_equal(taken->code, WIRE_CONFLICT);
    assert_int_equal(wrong->code,
                     WIRE_INVALID); // an id is taken by what is stored, not by what is refused
    assert_int_equal(right->code, WIRE_COMMITTED);
    assert_int_equal(test.batch->to_store, 2);
    end(&test);
}

// What was accepted under older rules is a duplicate even when it would be refused now.
static void refused_but_stored(void **state)
{
    struct test test = begin();
    static const uint8_t one[ID_BYTES] = {1};
    struct submission *made = add_one(&test, 1, CELL_VALUE, -1);
    struct stored stored = {.receipt = {(const uint8_t *)"r", 1}};
    (void)state;
    assert_int_equal(made->verdict, WIRE_INVALID);
    memcpy(stored.digest, made->digest, DIGEST_BYTES);
    *pair_map_at(&test.batch->stored, id_key(one)) = &stored;
    batch_decide(test.batch, &identity);
    assert_int_equal(made->code, WIRE_DUPLICATE);
    assert_int_equal(made->findings.count, 0);
    end(&test);
}

static void receipts(void **state)
{
    struct test test = begin();
    struct submission *all[3];
    (void)state;
    for (uint8_t i = 0; i < 3; i++)
        all[i] = add_one(&test, i, CELL_VALUE, i);
    for (int again = 0; again < 2; again++) { // a batch that is decided anew
        batch_decide(test.batch, &identity);
        for (uint32_t i = 0; i < 3; i++) {
            struct wire_signed_receipt receipt;
            struct wire_receipt inside;
            void *memory = NULL, *inside_memory = NULL;
            const struct text *bytes = &all[i]->signed_receipt;
            assert_int_equal(signed_receipt_decode((const uint8_t *)bytes->data, bytes->length,
                                                   &receipt, &memory),
                             0);
            assert_true(signed_receipt_valid(&receipt, identity.sign_public));
            assert_int_equal(receipt.index, i);
            assert_int_equal(receipt_decode(receipt.receipt.data, receipt.receipt.length, &inside,
                                            &inside_memory),
                             0);
            assert_string_equal(inside.office, "X1");
            assert_memory_equal(inside.digest, all[i]->digest, DIGEST_BYTES);
            assert_true(inside.accepted_us == NOW_US);
            codec_free(inside_memory);
            codec_free(memory);
        }
        pair_map_free(&test.batch->forms);
    }
    end(&test);
}

// Due is the end of the tenth day after the quarter: 10 April, in Vietnam.
static void late(void **state)
{
    static const struct {
        int64_t seconds;
        const char *period;
        bool late;
    } cases[] = {
        {1649609999, "2022-Q1", false}, // 2022-04-10 23:59:59
        {1649610000, "2022-Q1", true},
        {1649610000, "2021", false}, // the baseline is never late
    };
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct test test = begin();
        struct submit_cell cell = {"V1", cases[i].period, 0, CELL_VALUE, 1, 0};
        test.batch->now_us = cases[i].seconds * 1000000;
        struct submission *made = add(&test, 1, &cell, 1, false);
        batch_decide(test.batch, &identity);
        assert_int_equal(made->receipt.late, cases[i].late);
        end(&test);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_cell),
        cmocka_unit_test(within_a_batch),
        cmocka_unit_test(empty_forms),
        cmocka_unit_test(assessed),
        cmocka_unit_test(bases),
        cmocka_unit_test(bases_within_a_batch),
        cmocka_unit_test(dry_runs_leave_no_trace),
        cmocka_unit_test(ids_again),
        cmocka_unit_test(refused_but_stored),
        cmocka_unit_test(receipts),
        cmocka_unit_test(late),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
