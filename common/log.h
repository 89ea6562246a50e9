// Logs: one line, an event name and key=value, ids first; no payload, no secret. To stderr.
#ifndef THIDUA_COMMON_LOG_H
#define THIDUA_COMMON_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
void log_open(const char *program, enum log_level level);
int log_level_parse(const char *text); // -1 for an unknown word
// log_event (LOG_INFO, "job_done", "job=%llu run=%llu ms=%u", …): time, level, program, event, fields.
__attribute__((format(printf, 3, 4))) void log_event(enum log_level level, const char *event,
                                                     const char *format, ...);

#endif
