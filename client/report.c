// Findings and refusals.
#include "client/report.h"

#include "client/talk.h"
#include "core/mem.h"
#include "core/period.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SENTENCE_BYTES_MAX 2048

static void findings_table(const struct findings *findings, enum format format, FILE *out)
{
    static const char *const columns[] = {"file",     "row",  "column", "value",
                                          "severity", "code", "message"};
    struct table *table = table_create(out, format, columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        char row[16] = "", sentence[SENTENCE_BYTES_MAX];
        if (finding->row > 0)
            snprintf(row, sizeof row, "%u", finding->row);
        words_finding(finding, sentence, sizeof sentence);
        table_row(table, (const char *[]){
                             finding->file, row, finding->column, finding->value,
                             finding_severity(finding->code) == FINDING_ERROR ? "error" : "warning",
                             finding_word(finding->code), sentence});
    }
    table_finish(table);
}

static void findings_lines(const struct findings *findings, FILE *out)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        bool error = finding_severity(finding->code) == FINDING_ERROR;
        char sentence[SENTENCE_BYTES_MAX];
        words_finding(finding, sentence, sizeof sentence);
        if (finding->file[0] != '\0')
            fprintf(out, "%s:", finding->file);
        else if (finding->row == 0)
            fputs("thidua:", out);
        if (finding->row > 0)
            fprintf(out, "%u:", finding->row);
        if (finding->column[0] != '\0')
            fprintf(out, "%s:", finding->column);
        fprintf(out, " %s: %s [%s%s%s]\n", error ? _("error") : _("warning"), sentence,
                finding_word(finding->code), finding->value[0] != '\0' ? ": " : "", finding->value);
    }
}

void report_findings(const struct findings *findings, uint32_t left_out, enum format format,
                     FILE *out)
{
    size_t more = findings->errors + findings->warnings - findings->count + left_out;
    if (format == FORMAT_TEXT)
        findings_lines(findings, out);
    else
        findings_table(findings, format, stdout);
    if (more > 0)
        complain(_("findings that are not shown: %zu"), more);
}

void report_wire_findings(const struct wire_findings *wire, enum format format, FILE *out)
{
    struct findings findings = {0};
    wire_findings_to(wire, &findings);
    report_findings(&findings, wire->left_out, format, out);
    findings_free(&findings);
}

void findings_of_file(const struct wire_findings *wire, const char *file, struct findings *ret)
{
    size_t from = ret->count;
    wire_findings_to(wire, ret);
    for (size_t i = from; i < ret->count; i++) {
        free(ret->list[i].file);
        ret->list[i].file = mem_text(file, strlen(file));
    }
}

static const struct {
    enum wire_code code;
    enum exit_code exit_code;
    const char *text; // msgid
} refusals[] = {
    {WIRE_CONFLICT, EXIT_CONFLICT, N_("it is in conflict with what the server has")},
    {WIRE_STALE_BASE, EXIT_CONFLICT,
     N_("somebody has handed in newer entries meanwhile; nothing was changed")},
    {WIRE_INVALID, EXIT_DATA, N_("the data has errors; nothing was changed")},
    {WIRE_FORBIDDEN, EXIT_ERROR, N_("your key may not do this")},
    {WIRE_PERIOD_CLOSED, EXIT_DATA, N_("the period is closed")},
    {WIRE_TOO_LARGE, EXIT_DATA, N_("it is larger than the server takes")},
    {WIRE_NOT_FOUND, EXIT_NOT_FOUND, N_("it was not found")},
    {WIRE_UNSUPPORTED, EXIT_ERROR, N_("the server does not know this request")},
};

int report_refusal(enum wire_code code, const char *text, bool told)
{
    enum exit_code exit_code = EXIT_ERROR;
    const char *sentence = N_("the server has refused");
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        if (refusals[i].code == code) {
            exit_code = refusals[i].exit_code;
            sentence = refusals[i].text;
        }
    if (text != NULL && text[0] != '\0')
        complain("%s (%s)", _(sentence), text);
    else if (!told)
        complain("%s", _(sentence));
    return (int)exit_code;
}

int command_ask(struct client *client, struct wire_command command, uint64_t *ret_number)
{
    struct message question = {.type = MESSAGE_COMMAND, .command = command}, answer;
    struct talk *talk = client_talk(client);
    struct err err = {0};
    int exit_code = EXIT_DONE;
    if (talk == NULL)
        return EXIT_ERROR;
    // Two keys of a kind do no harm, two runs do.
    if (talk_message(talk, &question, command.action == ACTION_RUN_START ? TALK_ONCE : TALK_QUICK,
                     &answer, &err) != 0)
        return complain_err(&err);
    if (answer.type != MESSAGE_ANSWER)
        exit_code = report_refusal(WIRE_UNSUPPORTED, "", false);
    else if (answer.answer.code != WIRE_OK) {
        report_wire_findings(&answer.answer.findings, FORMAT_TEXT, stderr);
        exit_code = report_refusal(answer.answer.code, answer.answer.text,
                                   answer.answer.findings.count > 0);
    } else if (ret_number != NULL)
        *ret_number = answer.answer.number;
    message_clear(&answer);
    return exit_code;
}

int command_send(struct client *client, struct wire_command command)
{
    return command_ask(client, command, NULL);
}

int number_of(const char *text, uint64_t most, uint64_t *ret)
{
    uint64_t number = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits > 0 && digits < 19 && text[digits] == '\0') {
        for (size_t i = 0; i < digits; i++)
            number = number * 10 + (uint64_t)(text[i] - '0');
        if (number > 0 && number <= most) {
            *ret = number;
            return 0;
        }
    }
    complain(_("“%s” is not a number from 1 to %" PRIu64), text, most);
    return -1;
}

void instant_format(int64_t us, char text[static INSTANT_TEXT_SIZE])
{
    text[0] = '\0';
    if (us > 0)
        instant_text(us / 1000000, text);
}
