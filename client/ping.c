// Is a server there, does it reach its database, and who are we to it?
#include "client/client.h"
#include "client/report.h"
#include "client/talk.h"
#include <sodium.h>
#include <stdio.h>

#define RECEIPT_KEY_BYTES 32

static void show_pong(const struct wire_pong *pong, enum format format)
{
    static const char *const columns[] = {"server", "version",       "role",
                                          "unit",   "database_time", "receipt_key"};
    char time[INSTANT_TEXT_SIZE], key[2 * RECEIPT_KEY_BYTES + 1] = "";
    instant_format(pong->now_us, time);
    if (pong->receipt_key.length == RECEIPT_KEY_BYTES)
        sodium_bin2hex(key, sizeof key, pong->receipt_key.data, RECEIPT_KEY_BYTES);
    struct table *table = table_create(stdout, format, columns, sizeof columns / sizeof columns[0]);
    table_upright(table);
    table_row(table,
              (const char *[]){pong->server, pong->version, pong->role, pong->unit, time, key});
    table_finish(table);
}

int ping_run(struct client *client)
{
    struct message question = {.type = MESSAGE_PING}, answer;
    struct talk *talk = client_talk(client);
    struct err err = {0};
    int exit_code = EXIT_DONE;
    if (talk == NULL)
        return EXIT_ERROR;
    if (talk_message(talk, &question, TALK_QUICK, &answer, &err) != 0)
        return complain_err(&err);
    if (answer.type == MESSAGE_PONG) {
        show_pong(&answer.pong, format_of(client->arguments));
        if (answer.pong.now_us == 0) {
            complain(_("the server cannot reach its database"));
            exit_code = EXIT_ERROR;
        }
    } else
        exit_code = report_refusal(answer.type == MESSAGE_ANSWER ? answer.answer.code
                                                                 : WIRE_UNSUPPORTED,
                                   answer.type == MESSAGE_ANSWER ? answer.answer.text : "", false);
    message_clear(&answer);
    return exit_code;
}
