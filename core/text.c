// Growing texts and UTF-8 (RFC 3629).
#include "core/text.h"

#include "core/mem.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_CAPACITY_FIRST 64

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

static void text_reserve(struct text *text, size_t more)
{
    size_t needed;
    if (__builtin_add_overflow(text->length, more, &needed) || needed >= SIZE_MAX / 2)
        abort();
    if (needed < text->capacity)
        return;
    size_t capacity = text->capacity > 0 ? text->capacity : TEXT_CAPACITY_FIRST;
    while (capacity <= needed)
        capacity *= 2;
    text->data = mem_grow(text->data, capacity, 1);
    text->capacity = capacity;
}

void text_add(struct text *text, const char *data, size_t length)
{
    text_reserve(text, length);
    if (length > 0)
        memcpy(text->data + text->length, data, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void text_adds(struct text *text, const char *string)
{
    text_add(text, string, strlen(string));
}

void text_addf(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        abort();
    text_reserve(text, (size_t)length);
    va_start(args, format);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, args);
    va_end(args);
    text->length += (size_t)length;
}

// What the second byte of a sequence may be, by its first one (RFC 3629, section 4).
static size_t sequence_shape(unsigned char first, unsigned char *ret_low, unsigned char *ret_high)
{
    *ret_low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    *ret_high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF)
        return 3;
    if (first >= 0xF0 && first <= 0xF4)
        return 4;
    return 0;
}

size_t utf8_sequence(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (length == 0 || bytes[0] == 0)
        return 0;
    if (bytes[0] < 0x80)
        return 1;
    unsigned char low, high;
    size_t sequence = sequence_shape(bytes[0], &low, &high);
    if (sequence == 0 || sequence > length || bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < sequence; i++)
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    return sequence;
}

bool utf8_valid(const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t sequence = utf8_sequence(text + at, length - at);
        if (sequence == 0)
            return false;
        at += sequence;
    }
    return true;
}
