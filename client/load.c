// Documents for the server: units, campaigns, targets, adjustments, nominations, decisions. A file
// goes in parts to one server, which checks and stores it when the last part is there.
#include "client/client.h"
#include "client/document.h"
#include "client/progress.h"
#include "client/report.h"
#include "client/talk.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define UPLOADS_MAX 5 // of one file, when connections are lost in between

enum upload { UPLOAD_ANSWERED, UPLOAD_AGAIN, UPLOAD_FAILED };

// One part. UPLOAD_AGAIN: the server that had the parts before is gone.
static enum upload send_part(struct talk *talk, struct wire_load *load, struct message *ret,
                             struct err *err)
{
    unsigned connection = talk_connection(talk);
    struct message question = {.type = MESSAGE_LOAD, .load = *load};
    if (talk_message(talk, &question, TALK_SLOW, ret, err) != 0)
        return UPLOAD_FAILED;
    bool gap = ret->type == MESSAGE_ANSWER && ret->answer.code == WIRE_INVALID &&
               ret->answer.findings.count == 0; // it does not have the parts before
    if (load->part > 0 && (talk_connection(talk) != connection || gap)) {
        message_clear(ret);
        return UPLOAD_AGAIN;
    }
    return UPLOAD_ANSWERED;
}

static bool goes_on(const struct message *answer)
{
    return answer->type == MESSAGE_ANSWER && answer->answer.code == WIRE_OK;
}

// All parts; *ret is the answer to the last one, or the first that is a refusal.
static enum upload send_parts(struct talk *talk, struct wire_load load,
                              const struct document *document, struct message *ret, struct err *err)
{
    size_t sent = 0;
    for (load.part = 0;; load.part++) {
        size_t left = document->length - sent;
        size_t length = left > WIRE_LOAD_PART_BYTES_MAX ? WIRE_LOAD_PART_BYTES_MAX : left;
        load.data = (struct bytes){(const uint8_t *)document->text + sent, length};
        load.last = length == left;
        enum upload result = send_part(talk, &load, ret, err);
        sent += length;
        progress_show(document->name, sent, document->length);
        if (result != UPLOAD_ANSWERED || load.last || !goes_on(ret))
            return result;
        message_clear(ret);
    }
}

static int send_document(struct client *client, struct wire_load *load,
                         const struct document *document, struct message *ret)
{
    struct talk *talk = client_talk(client);
    struct err err = {0};
    enum upload result = UPLOAD_AGAIN;
    if (talk == NULL)
        return -1;
    for (int i = 0; i < UPLOADS_MAX && result == UPLOAD_AGAIN; i++) {
        randombytes_buf(load->id, sizeof load->id);
        result = send_parts(talk, *load, document, ret, &err);
    }
    progress_end();
    if (result == UPLOAD_ANSWERED)
        return 0;
    if (result == UPLOAD_AGAIN)
        err_set(&err, ERR_RETRY, "unanswered", "%s",
                _("the connection was lost again and again; try again later"));
    complain_err(&err);
    return -1;
}

static int tell_result(const struct client *client, const struct message *message,
                       const struct wire_load *load)
{
    const struct wire_answer *answer = &message->answer;
    bool check = strcmp(client->arguments->command->name, "campaign check") == 0;
    if (message->type != MESSAGE_ANSWER)
        return report_refusal(WIRE_UNSUPPORTED, "", false);
    if (check || answer->findings.count > 0) // of a check the findings are the data
        report_wire_findings(&answer->findings, format_of(client->arguments),
                             check ? stdout : stderr);
    if (check && (answer->code == WIRE_OK || answer->code == WIRE_INVALID))
        return answer->findings.count > 0 ? EXIT_FINDINGS : EXIT_DONE;
    if (answer->code != WIRE_OK)
        return report_refusal(answer->code, answer->text, answer->findings.count > 0);
    if (load->check_only)
        complain(_("checked, nothing was changed: %u new, %u changed, %u unchanged"), answer->added,
                 answer->changed, answer->unchanged);
    else
        complain(_("%u new, %u changed, %u unchanged"), answer->added, answer->changed,
                 answer->unchanged);
    return EXIT_DONE;
}

// Reads the file; an exit code other than EXIT_DONE when that fails.
static int read_document(const struct client *client, const char *name, struct document *ret)
{
    struct findings findings = {0};
    struct err err = {0};
    if (document_read(name, ret, &findings, &err) == 0)
        return EXIT_DONE;
    if (err.kind != ERR_NONE)
        complain_err(&err);
    else
        report_findings(&findings, 0, format_of(client->arguments), stderr);
    int exit_code = err.kind == ERR_NONE                 ? EXIT_DATA
                    : strcmp(err.code, "not_found") == 0 ? EXIT_NOT_FOUND
                                                         : EXIT_ERROR;
    findings_free(&findings);
    return exit_code;
}

int load_run(struct client *client)
{
    const struct arguments *arguments = client->arguments;
    const char *file = argument(arguments, arguments->count - 1);
    struct document document;
    struct message answer;
    struct wire_load load = {
        .kind = (enum document_kind)arguments->command->subject,
        .campaign = arguments->count == 2 ? argument(arguments, 0) : "",
        .file = file,
        .check_only = arguments->options[OPT_DRY_RUN] != NULL ||
                      strcmp(arguments->command->name, "campaign check") == 0,
        .replace = arguments->options[OPT_REPLACE] != NULL,
    };
    int exit_code = read_document(client, file, &document);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (send_document(client, &load, &document, &answer) == 0) {
        exit_code = tell_result(client, &answer, &load);
        message_clear(&answer);
    } else
        exit_code = EXIT_ERROR;
    document_free(&document);
    return exit_code;
}
