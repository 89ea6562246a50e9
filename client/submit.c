// Handing in results: read, divide, check beforehand, save, send.
#include "client/submit.h"
#include "client/base.h"
#include "client/document.h"
#include "client/offices.h"
#include "client/progress.h"
#include "client/report.h"
#include "client/send.h"
#include "client/settings.h"
#include "client/split.h"
#include "client/talk.h"
#include "core/csv.h"
#include "core/entry.h"
#include <stdlib.h>
#include <string.h>

#define ASK_FIRST_MS 5000 // for offices and the check beforehand; then it goes to the outbox

struct reading { // one file
    struct document document;
    struct forms forms;
};
struct submitting {
    struct client *client;
    const char *campaign;
    struct arena *arena;
    struct reading *readings; // owned, room for all files
    size_t reading_count;
    struct findings findings;
    uint32_t findings_left_out;
    struct parts parts;
    struct outbox *outbox;
    bool preview;           // --dry-run
    struct table *previews; // of the good parts; NULL until there is one
};

// ---- reading

static void read_forms(struct submitting *submitting, struct reading *reading)
{
    const char *decimal = submitting->client->arguments->options[OPT_DECIMAL];
    enum decimal_style style = decimal != NULL && strcmp(decimal, "comma") == 0 ? DECIMAL_COMMA
                                                                                : DECIMAL_POINT;
    size_t blank = 0;
    const struct csv_table *table = csv_read(
        submitting->arena, reading->document.name, reading->document.text, reading->document.length,
        result_columns, 7, RESULT_COLUMNS_REQUIRED, &submitting->findings);
    if (table == NULL)
        return;
    results_read(submitting->arena, table, style, &reading->forms, &blank, &submitting->findings);
    // A form of blank rows says nothing and is no mistake; a file without rows is one.
    if (table->rows == 0 && submitting->findings.errors == 0)
        finding_add(&submitting->findings, FINDING_EMPTY_SUBMISSION,
                    (struct finding_place){.file = reading->document.name}, "", NULL);
}

// All files, with all findings. An exit code.
static int read_files(struct submitting *submitting)
{
    const struct arguments *arguments = submitting->client->arguments;
    for (size_t i = 1; i < arguments->count; i++) {
        struct reading *reading = &submitting->readings[submitting->reading_count++];
        struct err err = {0};
        if (document_read(argument(arguments, i), &reading->document, &submitting->findings,
                          &err) == 0)
            read_forms(submitting, reading);
        else if (err.kind != ERR_NONE) {
            complain_err(&err);
            return strcmp(err.code, "not_found") == 0 ? EXIT_NOT_FOUND : EXIT_ERROR;
        }
    }
    return submitting->findings.errors > 0 ? EXIT_DATA : EXIT_DONE;
}

static bool any_forms(const struct submitting *submitting)
{
    for (size_t i = 0; i < submitting->reading_count; i++)
        if (submitting->readings[i].forms.count > 0)
            return true;
    return false;
}

// ---- dividing

// `talk` NULL: offices are known from memory only. *ret_code is as in offices_of.
static void divide(struct submitting *submitting, struct talk *talk, enum wire_code *ret_code)
{
    *ret_code = talk != NULL ? WIRE_OK : 0;
    for (size_t i = 0; i < submitting->reading_count; i++) {
        struct reading *reading = &submitting->readings[i];
        const char *const *offices = offices_of(*ret_code == WIRE_OK ? talk : NULL,
                                                submitting->outbox, submitting->arena,
                                                submitting->campaign, &reading->forms, ret_code);
        if (*ret_code == WIRE_NOT_FOUND) {
            finding_add(&submitting->findings, FINDING_UNKNOWN_CAMPAIGN, (struct finding_place){0},
                        submitting->campaign, submitting->campaign, NULL);
            return;
        }
        split_forms(submitting->arena, reading->document.name, submitting->campaign,
                    &reading->forms, offices, &submitting->parts);
    }
}

// ---- checking beforehand

// Findings of a part, or its preview. An exit code.
static int take_preview(struct submitting *submitting, const struct part *part,
                        const struct message *answer)
{
    const struct wire_submit_answer *said = &answer->submit_answer;
    struct outbox_item item = {.number = 0};
    if (answer->type != MESSAGE_SUBMIT_ANSWER)
        return report_refusal(answer->type == MESSAGE_ANSWER ? answer->answer.code
                                                             : WIRE_UNSUPPORTED,
                              answer->type == MESSAGE_ANSWER ? answer->answer.text : "", false);
    if (!said->has_preview) {
        base_shown(submitting->outbox, &part->submit, said);
        findings_of_file(&said->findings, part->file, &submitting->findings);
        submitting->findings_left_out += said->findings.left_out;
        return report_refusal(said->code, "", said->findings.count > 0);
    }
    if (submitting->preview && submitting->previews == NULL)
        submitting->previews = receipt_table(format_of(submitting->client->arguments));
    item.file = mem_text(part->file, strlen(part->file));
    memcpy(item.id, said->id, ID_BYTES);
    if (submitting->previews != NULL)
        receipt_row(submitting->previews, &item, &said->preview);
    outbox_item_clear(&item);
    return EXIT_DONE;
}

// Nothing is sent before all parts are known to be good, when a server is there to say so. All parts
// are checked in any case, for all findings at once. EXIT_QUEUED: no server answers.
static int check_parts(struct submitting *submitting, struct talk *talk)
{
    int exit_code = EXIT_DONE;
    for (size_t i = 0; i < submitting->parts.count; i++) {
        const struct part *part = &submitting->parts.list[i];
        struct message question = {.type = MESSAGE_SUBMIT, .submit = part->submit}, answer;
        struct err err = {0};
        question.submit.dry_run = true;
        uuid_make(question.submit.id);
        base_fill(submitting->outbox, submitting->arena, &question.submit);
        progress_show(_("checking"), i, submitting->parts.count);
        if (talk_message(talk, &question, TALK_QUICK, &answer, &err) != 0) {
            progress_end();
            if (submitting->preview)
                complain_err(&err);
            return EXIT_QUEUED;
        }
        int one = take_preview(submitting, part, &answer);
        exit_code = exit_code == EXIT_DONE ? one : exit_code;
        message_clear(&answer);
    }
    progress_end();
    return exit_code;
}

static int dry_run(struct submitting *submitting, struct talk *talk)
{
    submitting->preview = true;
    int exit_code = talk != NULL ? check_parts(submitting, talk) : EXIT_ERROR;
    return exit_code == EXIT_QUEUED ? EXIT_ERROR : exit_code;
}

// ---- saving and sending

static int save_part(struct submitting *submitting, struct part *part, int64_t *ret_number,
                     struct err *err)
{
    struct message message = {.type = MESSAGE_SUBMIT, .submit = part->submit};
    struct question question;
    uuid_make(message.submit.id);
    base_fill(submitting->outbox, submitting->arena, &message.submit);
    if (base_note(submitting->outbox, &message.submit, err) != 0 ||
        question_make(&message, &question, err) != 0)
        return -1;
    struct outbox_item item = {
        .campaign = mem_text(submitting->campaign, strlen(submitting->campaign)),
        .office = mem_text(part->submit.office, strlen(part->submit.office)),
        .file = mem_text(part->file, strlen(part->file)),
        .cells = (uint32_t)part->submit.cell_count,
        .request = question.request,
        .envelope = question.message, // taken
    };
    memcpy(item.id, message.submit.id, ID_BYTES);
    int status = outbox_add(submitting->outbox, &item, err);
    *ret_number = item.number;
    outbox_item_clear(&item);
    return status;
}

// All parts or none are in the outbox afterwards.
static int save_parts(struct submitting *submitting, int64_t *ret_first)
{
    struct err err = {0};
    int64_t number = 0;
    int status = outbox_begin(submitting->outbox, &err);
    for (size_t i = 0; i < submitting->parts.count && status == 0; i++) {
        status = save_part(submitting, &submitting->parts.list[i], &number, &err);
        if (i == 0)
            *ret_first = number;
    }
    if (status == 0)
        status = outbox_commit(submitting->outbox, &err);
    if (status != 0)
        complain_err(&err);
    return status;
}

static int save_and_send(struct submitting *submitting)
{
    struct sending sending = {
        .client = submitting->client,
        .outbox = submitting->outbox,
        .wait = submitting->client->arguments->options[OPT_WAIT] != NULL,
    };
    if (save_parts(submitting, &sending.own_from) != 0)
        return EXIT_ERROR;
    send_waiting(&sending);
    return send_finish(&sending);
}

static int submit_files(struct submitting *submitting)
{
    struct talk *talk = client_talk(submitting->client); // NULL: told; it is saved all the same
    int64_t patience = talk != NULL ? talk_patience(talk) : 0;
    int64_t first = patience / 2 < ASK_FIRST_MS ? patience / 2 : ASK_FIRST_MS;
    if (talk != NULL)
        talk_set_patience(talk, first);
    enum wire_code code;
    divide(submitting, talk, &code);
    if (code == WIRE_NOT_FOUND)
        return EXIT_NOT_FOUND;
    bool reached = code != 0;
    if (submitting->findings.errors > 0) { // what could be read is checked all the same
        if (reached)
            check_parts(submitting, talk);
        return EXIT_DATA;
    }
    if (submitting->client->arguments->options[OPT_DRY_RUN] != NULL)
        return dry_run(submitting, talk);
    if (submitting->parts.count > 1 && reached) {
        int exit_code = check_parts(submitting, talk);
        if (exit_code != EXIT_DONE && exit_code != EXIT_QUEUED)
            return exit_code;
    }
    if (talk != NULL)
        talk_set_patience(talk,
                          reached || patience <= ASK_FIRST_MS ? patience : patience - ASK_FIRST_MS);
    return save_and_send(submitting);
}

// After reading, which ended with `exit_code`; what is wrong is shown, and all is freed but the arena.
static int hand_in(struct submitting *submitting, int exit_code)
{
    struct client *client = submitting->client;
    bool readable = exit_code == EXIT_DONE || exit_code == EXIT_DATA;
    if (readable && (submitting->outbox = client_outbox(client)) == NULL)
        exit_code = EXIT_ERROR;
    else if (readable && any_forms(submitting))
        exit_code = submit_files(submitting);
    else if (exit_code == EXIT_DONE)
        complain(_("no row is filled in; nothing was handed in"));
    findings_sort(&submitting->findings);
    if (submitting->findings.count > 0) // stdout holds one table
        report_findings(&submitting->findings, submitting->findings_left_out,
                        submitting->previews != NULL ? FORMAT_TEXT : format_of(client->arguments),
                        stderr);
    table_finish(submitting->previews);
    outbox_close(submitting->outbox);
    for (size_t i = 0; i < submitting->reading_count; i++)
        document_free(&submitting->readings[i].document);
    findings_free(&submitting->findings);
    free(submitting->readings);
    free(submitting->parts.list);
    return exit_code;
}

int submit_run(struct client *client)
{
    struct submitting submitting = {
        .client = client,
        .campaign = argument(client->arguments, 0),
        .arena = arena_create(),
        .readings = mem_alloc(client->arguments->count, sizeof(struct reading))};
    int exit_code = hand_in(&submitting, read_files(&submitting));
    arena_destroy(submitting.arena);
    return exit_code;
}

int submit_forms(struct client *client, struct arena *arena, const char *name,
                 const struct forms *forms)
{
    struct submitting submitting = {.client = client,
                                    .campaign = argument(client->arguments, 0),
                                    .arena = arena,
                                    .readings = mem_alloc(1, sizeof(struct reading)),
                                    .reading_count = 1};
    submitting.readings[0] = (struct reading){.document = {.name = name}, .forms = *forms};
    return hand_in(&submitting, EXIT_DONE);
}
