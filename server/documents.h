// Loads: parts of a file gather here, the whole is checked, merged and stored in one transaction, one
// document at a time. A document that changes nothing is not stored.
#ifndef THIDUA_SERVER_DOCUMENTS_H
#define THIDUA_SERVER_DOCUMENTS_H

#include "server/front.h"

struct documents *documents_create(struct server *server);
void documents_destroy(struct documents *documents);
handle_fn documents_load;
bool documents_idle(const struct documents *documents);

#endif
