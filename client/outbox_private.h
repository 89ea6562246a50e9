// The inside of the outbox, for its own files.
#ifndef THIDUA_CLIENT_OUTBOX_PRIVATE_H
#define THIDUA_CLIENT_OUTBOX_PRIVATE_H

#include "client/outbox.h"
#include <sqlite3.h>

struct outbox {
    sqlite3 *db;
    char *file; // owned
    int lock;   // descriptor of FILE.lock, or -1
};

sqlite3_stmt *outbox_prepared(struct outbox *outbox, const char *sql);
void outbox_bind_text(sqlite3_stmt *statement, int at, const char *text);
void outbox_bind_bytes(sqlite3_stmt *statement, int at, const void *data, size_t length);
// Runs a statement without rows and finalizes it. A failed prepare or bind shows here.
int outbox_finish(struct outbox *outbox, sqlite3_stmt *statement, struct err *err);

#endif
