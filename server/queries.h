// Answers every Query: what may be asked, by whom and in which columns is one table (queries.c);
// the statements and the tables of columns stand beside the code of each group:
//   query_figures.c  rollup, scores, ranking, awards      query_work.c  runs, jobs, keys, submissions
//   form.c, missing.c                                     explain.c, trace.c
// Everything is read on read_db, nothing blocks the loop. A query that reads more than one statement
// holds the world and the run's campaign it began with.
#ifndef THIDUA_SERVER_QUERIES_H
#define THIDUA_SERVER_QUERIES_H

#include "server/answer.h"

struct queries;
struct queries *queries_create(struct server *server); // borrows server; owned
void queries_destroy(struct queries *queries);
// Answers one QUERY with a TABLE, or with an ANSWER that says why not; now or when the database has
// answered. A handler of server/front.h: both are borrowed for the call.
void queries_ask(const struct asker *asker, struct message *message);
size_t queries_open(const struct queries *queries); // not answered yet: draining waits for none

#endif
