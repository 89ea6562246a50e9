// A file as it goes to the server: UTF-8 in NFC, without a byte order mark.
#ifndef THIDUA_CLIENT_DOCUMENT_H
#define THIDUA_CLIENT_DOCUMENT_H

#include "core/err.h"
#include "core/finding.h"
#include <stddef.h>

struct document {
    const char *name; // borrowed: as the user gave it, for findings
    char *text;       // owned, NUL-terminated
    size_t length;
};
// "-" is stdin. 0; -1 with err when the file cannot be read, or without (err->kind ERR_NONE) when it
// has findings: not UTF-8, too large.
int document_read(const char *name, struct document *ret, struct findings *findings,
                  struct err *err);
void document_free(struct document *document);

#endif
