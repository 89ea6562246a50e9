#include "client/client.h"
int submit_run(struct client *c)
{
    (void)c;
    return 1;
}
int outbox_list_run(struct client *c)
{
    (void)c;
    return 1;
}
int outbox_send_run(struct client *c)
{
    (void)c;
    return 1;
}
int outbox_drop_run(struct client *c)
{
    (void)c;
    return 1;
}
int outbox_show_run(struct client *c)
{
    (void)c;
    return 1;
}
