// What the server found or refused, told to people or programs.
#ifndef THIDUA_CLIENT_REPORT_H
#define THIDUA_CLIENT_REPORT_H

#include "client/client.h"
#include "client/table.h"
#include "common/codec.h"
#include "core/finding.h"
#include "core/period.h"
#include <stdio.h>

// Text goes to `out` as "file:row:column: error: sentence [code: value]" lines, the rest as a table.
// `left_out`: findings there are besides.
void report_findings(const struct findings *findings, uint32_t left_out, enum format format,
                     FILE *out);
void report_wire_findings(const struct wire_findings *findings, enum format format, FILE *out);

// Appends findings of a submission, whose file only we know.
void findings_of_file(const struct wire_findings *wire, const char *file, struct findings *ret);

// Tells why, unless `told` (findings have said it), and returns the exit code.
int report_refusal(enum wire_code code, const char *text, bool told);

// A command to the server without an answer to show; `ret_number` (may be NULL) is the answer's.
int command_ask(struct client *client, struct wire_command command, uint64_t *ret_number);
int command_send(struct client *client, struct wire_command command);

// Digits, 1 … most; -1 after a complaint.
int number_of(const char *text, uint64_t most, uint64_t *ret);

// "2022-07-01 08:15:02", Asia/Ho_Chi_Minh; "" for 0.
void instant_format(int64_t us, char text[static INSTANT_TEXT_SIZE]);

#endif
