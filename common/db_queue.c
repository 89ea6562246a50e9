// The queue of a connection: what was sent and is waited for.
#include "common/db_private.h"

#include "core/mem.h"
#include <stdlib.h>

void queue_add(struct queue *queue, db_fn *fn, void *arg, bool sync)
{
    struct statement *statement = mem_alloc(1, sizeof *statement);
    *statement = (struct statement){.fn = fn, .arg = arg, .sync = sync};
    if (queue->last != NULL)
        queue->last->next = statement;
    else
        queue->first = statement;
    queue->last = statement;
    queue->count += !sync;
}

struct statement queue_take(struct queue *queue)
{
    struct statement *first = queue->first, copy = *first;
    queue->first = first->next;
    if (queue->first == NULL)
        queue->last = NULL;
    queue->count -= !first->sync;
    free(first);
    return copy;
}

void queue_free(struct queue *queue)
{
    while (queue->first != NULL)
        queue_take(queue);
}
