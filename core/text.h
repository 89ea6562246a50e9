// Growing texts and UTF-8.
#ifndef THIDUA_CORE_TEXT_H
#define THIDUA_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

// A text that grows while it is written; start from a zeroed struct.
struct text {
    char *data; // NUL-terminated when not NULL
    size_t length, capacity;
};
void text_free(struct text *text); // frees the contents, not the struct; it may be used again
void text_add(struct text *text, const char *data, size_t length);
void text_adds(struct text *text, const char *string);
__attribute__((format(printf, 2, 3))) void text_addf(struct text *text, const char *format, ...);

// Bytes of the valid UTF-8 sequence that `text` begins with; 0 when there is none: no surrogates,
// no overlong forms, nothing above U+10FFFF, no NUL.
size_t utf8_sequence(const char *text, size_t length);
bool utf8_valid(const char *text, size_t length);

#endif
