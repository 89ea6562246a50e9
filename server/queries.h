// Answers every Query: what may be asked, by whom and in which columns is one table (queries.c);
// the statements and the tables of columns stand beside the code of each group:
//   query_figures.c  rollup, scores, ranking, awards      query_work.c  runs, jobs, keys, submissions
//   query_seal.c     what a run was computed from
//   form.c, missing.c                                     explain.c, trace.c
// Everything is read on read_db, nothing blocks the loop. A query that reads more than one statement
// holds the world and the run's campaign it began with. Answers are pages; a cursor asks for the next.
#ifndef THIDUA_SERVER_QUERIES_H
#define THIDUA_SERVER_QUERIES_H

#include "server/front.h"

struct queries *queries_create(struct server *server); // borrows server; owned
void queries_destroy(struct queries *queries); // no callback of the database may come afterwards
// Answers one QUERY with a TABLE, or with an ANSWER that says why not; now or when the database has
// answered.
handle_fn queries_ask;
const char *queries_name(enum query_what what);   // for people; "query" when there is none
bool queries_idle(const struct queries *queries); // none waits for its answer

#endif
