// Submissions, from the socket to the receipt:
//
//   ingest_submit   a message becomes a struct submission and is checked      submission.c
//   (gathering)     while batches are under way, the next one gathers         ingest.c
//   batch_read      trip 1: locks, numbers, what is on record                 batch_read.c
//   batch_decide    duplicates, what changed, receipts, one signature         batch_decide.c
//   batch_write     trip 2: rows and COMMIT, one segment                      batch_write.c
//   (answers)       only after the COMMIT has answered                        ingest.c
//
// A connection lost around COMMIT: the batch is read again, and finds by its ids what was stored.
#ifndef THIDUA_SERVER_INGEST_H
#define THIDUA_SERVER_INGEST_H

#include "server/front.h"

struct ingest *ingest_create(struct server *server);
void ingest_destroy(struct ingest *ingest);
handle_fn ingest_submit;
void ingest_go(struct ingest *ingest);         // begins a batch when a lane is free
bool ingest_idle(const struct ingest *ingest); // nothing gathers, nothing is under way
// Answers a Submit that could not be decoded.
void ingest_refuse(const struct asker *asker, enum wire_code code, const char *why);

#endif
