#include "server/queries.h"
#include "core/mem.h"
#include <stdlib.h>
struct queries {
    int x;
};
struct queries *queries_create(struct server *server)
{
    (void)server;
    return mem_alloc(1, sizeof(struct queries));
}
void queries_destroy(struct queries *queries)
{
    free(queries);
}
bool queries_idle(const struct queries *queries)
{
    (void)queries;
    return true;
}
void queries_ask(const struct asker *asker, struct message *message)
{
    (void)message;
    answer_code(asker, WIRE_UNSUPPORTED, "");
}
