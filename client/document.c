// Reading a whole file, and what can be wrong with it as a text.
#include "client/document.h"

#include "common/codec.h"
#include "common/words.h"
#include "core/text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Everything up to one byte over the limit.
static int read_stream(FILE *file, struct text *ret)
{
    char buffer[65536];
    size_t length;
    while (ret->length <= WIRE_LOAD_BYTES_MAX &&
           (length = fread(buffer, 1, sizeof buffer, file)) > 0)
        text_add(ret, buffer, length);
    return ferror(file) ? -1 : 0;
}

static int read_file(const char *name, struct text *ret, struct err *err)
{
    if (strcmp(name, "-") == 0)
        return read_stream(stdin, ret) == 0 ? 0 : err_set(err, ERR_REJECT, "file", "stdin");
    FILE *file = fopen(name, "re");
    int status = file != NULL ? read_stream(file, ret) : -1;
    if (status != 0)
        err_set(err, ERR_REJECT, errno == ENOENT ? "not_found" : "file", "%s: %s", name,
                strerror(errno));
    if (file != NULL)
        fclose(file);
    return status;
}

// The line of the first byte that is no UTF-8.
static unsigned bad_line(const struct text *raw)
{
    unsigned line = 1;
    for (size_t at = 0; at < raw->length;) {
        size_t step = raw->data[at] == '\0' ? 1 : utf8_sequence(raw->data + at, raw->length - at);
        if (step == 0)
            break;
        line += raw->data[at] == '\n';
        at += step;
    }
    return line;
}

int document_read(const char *name, struct document *ret, struct findings *findings,
                  struct err *err)
{
    struct text raw = {0};
    struct finding_place place = {.file = name};
    char most[32];
    int status = read_file(name, &raw, err);
    ret->name = name;
    ret->text = NULL;
    if (status == 0 && raw.length > WIRE_LOAD_BYTES_MAX) {
        snprintf(most, sizeof most, "%d", WIRE_LOAD_BYTES_MAX);
        finding_add(findings, FINDING_FILE_TOO_LARGE, place, "", most, NULL);
        status = -1;
    }
    if (status == 0) {
        ret->text = words_nfc(raw.data != NULL ? raw.data : "", raw.length, &ret->length, NULL);
        if (ret->text == NULL) {
            place.row = bad_line(&raw);
            finding_add(findings, FINDING_NOT_UTF8, place, "", NULL);
            status = -1;
        }
    }
    text_free(&raw);
    return status;
}

void document_free(struct document *document)
{
    free(document->text);
    document->text = NULL;
}
