// What people read instead of what the store has.
#include "server/query.h"

#include "common/keys.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *key_form(const char *stored, char buffer[static QUERY_CELL_SIZE])
{
    uint8_t key[BUS_KEY_BYTES];
    if (strlen(stored) != 2 * BUS_KEY_BYTES)
        return stored;
    for (size_t i = 0; i < BUS_KEY_BYTES; i++) {
        char digits[3] = {stored[2 * i], stored[2 * i + 1], '\0'};
        key[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    key_to_z85(key, buffer);
    return buffer;
}

const char *instant_form(const char *stored, char buffer[static QUERY_CELL_SIZE])
{
    instant_text(strtoll(stored, NULL, 10), buffer); // what follows the point is cut off
    return buffer;
}

const char *yes_no_form(const char *stored, char buffer[static QUERY_CELL_SIZE])
{
    (void)buffer;
    return stored[0] == 't' ? "yes" : "no";
}
