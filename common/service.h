// What a program owes to the machine it runs on: no secret in a core dump, and word to systemd that
// it is up, alive, ending. Without systemd (no NOTIFY_SOCKET) the words go nowhere.
#ifndef THIDUA_COMMON_SERVICE_H
#define THIDUA_COMMON_SERVICE_H

void service_guard(void);    // first in main: no core dumps, no tracing by others of the same user
void service_ready(void);    // the doors are open
void service_stopping(void); // finishes what is under way
void service_alive(void);    // as often as you like: sent as often as the watchdog wants it

#endif
