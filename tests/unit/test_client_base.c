// What the client knows of the forms it corrects: told by servers, on top of it its own submissions.
#include "client/base.h"
#include "tests/lib/cmocka_all.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char directory[64], file[128];
static struct outbox *outbox;
static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/thidua-base.XXXXXX");
    assert_non_null(mkdtemp(directory));
    snprintf(file, sizeof file, "%s/outbox.db", directory);
    outbox = outbox_open(file, NULL);
    arena = arena_create();
    return outbox == NULL;
}

static int teardown(void **state)
{
    char command[160];
    (void)state;
    outbox_close(outbox);
    arena_destroy(arena);
    snprintf(command, sizeof command, "rm -r %s", directory);
    return system(command);
}

static const struct wire_form forms[2] = {{.unit = "A", .period = "2022-01"},
                                          {.unit = "B", .period = "2022-01"}};

// The submission as it would be sent now, of the first `count` forms.
static struct wire_submit filled(size_t count)
{
    struct wire_submit submit = {.campaign = "c", .forms = forms, .form_count = count};
    base_fill(outbox, arena, &submit);
    return submit;
}

// Puts a submission of both forms into the outbox. Returns its number.
static int64_t save(uint8_t id)
{
    struct outbox_item item = {.id = {id},
                               .campaign = mem_text("c", 1),
                               .office = mem_text("", 0),
                               .file = mem_text("f", 1)};
    struct wire_submit submit = filled(2);
    text_add(&item.envelope, "bytes", 5);
    submit.id[0] = id;
    assert_int_equal(base_note(outbox, &submit, NULL), 0);
    assert_int_equal(outbox_add(outbox, &item, NULL), 0);
    int64_t number = item.number;
    outbox_item_clear(&item);
    return number;
}

static void settle(int64_t number, enum outbox_state state)
{
    static const uint8_t answer[] = {1};
    assert_int_equal(outbox_settle(outbox, number, state, "", (struct bytes){answer, 1}, NULL), 0);
}

static void told(uint32_t rows)
{
    base_told(outbox, "c", "A", "2022-01", rows);
}

static void is(const struct wire_submit *submit, uint32_t base, size_t own)
{
    assert_int_equal(submit->forms[0].base, base + 1);
    assert_int_equal(submit->own_count, own);
}

static void grows(void **state)
{
    (void)state;
    struct wire_submit submit = filled(1);
    is(&submit, 0, 0); // nothing known, nobody told us
    told(4);           // no memory: what the server has is taken
    submit = filled(1);
    is(&submit, 4, 0);
    int64_t first = save(1), second = save(2); // both wait
    submit = filled(2);
    is(&submit, 4, 2);
    assert_int_equal(submit.own[0][0], 2);     // the newest first, each once
    assert_int_equal(submit.forms[1].base, 1); // B: saved on nothing known
    settle(first, OUTBOX_SENT);
    told(5); // ours arrived, nobody else's: known, one of ours still waits
    submit = filled(1);
    is(&submit, 5, 1);
    settle(second, OUTBOX_SENT);
    told(7); // one of ours, and one of somebody else
    submit = filled(1);
    is(&submit, 5, 1);
    told(3); // a server restored from a backup: what it has, and no more
    submit = filled(1);
    is(&submit, 3, 0);
}

// A refusal counts for nothing, and what it has shown is known.
static void shown(void **state)
{
    static const uint32_t rows[2] = {8, 0};
    struct wire_submit_answer answer = {.code = WIRE_STALE_BASE, .row_count = 2, .rows = rows};
    (void)state;
    told(5);
    int64_t refused = save(1), waiting = save(2);
    settle(refused, OUTBOX_REFUSED);
    told(6);
    struct wire_submit submit = filled(2);
    is(&submit, 5, 2);
    base_shown(outbox, &submit, &answer);
    submit = filled(1);
    is(&submit, 7, 1);
    assert_int_equal(submit.own[0][0], 2);
    submit = filled(2);
    assert_int_equal(submit.forms[1].base, 1); // nothing was shown of B
    assert_int_equal(submit.own_count, 2);
    settle(waiting, OUTBOX_SENT);
}

// More of them than fit: the newest go.
static void many(void **state)
{
    (void)state;
    told(0);
    for (int i = 0; i < WIRE_OWN_MAX + 3; i++) {
        struct wire_submit submit = {.campaign = "c",
                                     .forms = forms,
                                     .form_count = 2,
                                     .id = {(uint8_t)i, (uint8_t)(i >> 8)}};
        assert_int_equal(base_note(outbox, &submit, NULL), 0);
    }
    struct wire_submit submit = filled(2);
    assert_int_equal(submit.own_count, WIRE_OWN_MAX);
    assert_true(submit.own[0][0] == 2 && submit.own[0][1] == 1); // 258
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(grows, setup, teardown),
        cmocka_unit_test_setup_teardown(shown, setup, teardown),
        cmocka_unit_test_setup_teardown(many, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
