// Writes what a stack needs to know of the benchmarks' country (lib_nation.h):
//     nation units|campaign|continuous COMMUNES VILLAGES MONTHS    units.csv, campaign.yaml (the last
//                                                         with refresh: continuous)
//     nation keys COMMUNES ADMINS                         rows for access_key: public_key,role,unit,name
#include "lib_nation.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_keys(struct text *out, const char *role, unsigned count)
{
    char hex[2 * KEY_BYTES + 1], unit[NATION_CODE_SIZE] = "";
    uint8_t public_key[KEY_BYTES], secret[KEY_BYTES];
    for (unsigned i = 0; i < count; i++) {
        nation_keys(role, i, public_key, secret);
        sodium_bin2hex(hex, sizeof hex, public_key, sizeof public_key);
        if (strcmp(role, "clerk") == 0)
            nation_commune(i, unit);
        text_addf(out, "\\x%s,%s,\"%s\",%s-%u\n", hex, role, unit, role, i);
    }
}

static unsigned number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
    struct text out = {0};
    bool keys = argc == 4 && strcmp(argv[1], "keys") == 0;
    if (sodium_init() < 0 || (argc != 5 && !keys)) {
        fputs("nation units|campaign|continuous COMMUNES VILLAGES MONTHS | keys COMMUNES ADMINS\n",
              stderr);
        return 2;
    }
    if (keys) {
        put_keys(&out, "clerk", number(argv[2]));
        put_keys(&out, "admin", number(argv[3]));
    } else {
        const struct nation nation = {number(argv[2]), number(argv[3]), number(argv[4]),
                                      strcmp(argv[1], "continuous") == 0};
        if (strcmp(argv[1], "units") == 0)
            nation_units(&nation, &out);
        else
            nation_campaign(&nation, &out);
    }
    fwrite(out.data, 1, out.length, stdout);
    text_free(&out);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
