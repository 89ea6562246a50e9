// Texts for people. gettext looks at LANGUAGE only when the locale of LC_MESSAGES is not "C"; C.UTF-8
// is one, comes with Debian's libc itself and needs nothing installed, so the language is chosen by
// LANGUAGE alone. No other category is touched: numbers, dates and sorting stay those of "C".
#include "common/words.h"

#include "core/mem.h"
#include "core/text.h"
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utf8proc.h>

#define DOMAIN "thidua"
#define BOM "\xEF\xBB\xBF"

static const char *language_of_environment(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL && value[0] != '\0')
            return strncmp(value, "vi", 2) == 0 ? "vi" : "en";
    }
    return "en";
}

// The catalogues: named by the environment, beside the program in its build directory, or installed.
static void bind_catalogues(void)
{
    char beside[PATH_MAX];
    const char *directory = getenv("THIDUA_LOCALEDIR");
    if (directory == NULL || directory[0] == '\0') {
        directory = THIDUA_LOCALEDIR;
        ssize_t length = readlink("/proc/self/exe", beside, sizeof beside - sizeof "/../locale");
        char *slash = length > 0 ? memrchr(beside, '/', (size_t)length) : NULL;
        if (slash != NULL) {
            strcpy(slash, "/../locale");
            if (access(beside, F_OK) == 0)
                directory = beside;
        }
    }
    bindtextdomain(DOMAIN, directory);
    bind_textdomain_codeset(DOMAIN, "UTF-8");
    textdomain(DOMAIN);
}

void words_start(const char *lang)
{
    if (setlocale(LC_MESSAGES, "C.UTF-8") == NULL)
        setlocale(LC_MESSAGES, "");
    setlocale(LC_NUMERIC, "C");
    setenv("LANGUAGE", lang != NULL ? lang : language_of_environment(), 1);
    bind_catalogues();
}

const char *words_translate(const char *text)
{
    return text[0] != '\0' ? dgettext(DOMAIN, text) : text; // "" is the catalogue's header
}

char *words_nfc(const char *text, size_t length, size_t *ret_length, struct err *err)
{
    utf8proc_uint8_t *mapped;
    if (length >= sizeof BOM - 1 && memcmp(text, BOM, sizeof BOM - 1) == 0) {
        text += sizeof BOM - 1;
        length -= sizeof BOM - 1;
    }
    utf8proc_ssize_t result = utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length,
                                           &mapped, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (result < 0) {
        err_set(err, ERR_REJECT, "not_utf8", "%s", utf8proc_errmsg(result));
        return NULL;
    }
    *ret_length = (size_t)result;
    return (char *)mapped;
}

int words_is_nfc(const char *text)
{
    size_t ascii = 0;
    while ((signed char)text[ascii] > 0)
        ascii++;
    if (text[ascii] == '\0')
        return 1;
    size_t length = strlen(text), nfc_length;
    char *nfc = words_nfc(text, length, &nfc_length, NULL);
    int same = nfc != NULL && nfc_length == length && memcmp(nfc, text, length) == 0;
    free(nfc);
    return same;
}

size_t words_width(const char *text)
{
    size_t width = 0;
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
    utf8proc_ssize_t left = (utf8proc_ssize_t)strlen(text);
    while (left > 0) {
        utf8proc_int32_t point;
        utf8proc_ssize_t taken = utf8proc_iterate(at, left, &point);
        if (taken <= 0) { // not UTF-8: a terminal shows one replacement
            taken = 1;
            point = 0xFFFD;
        }
        width += (size_t)utf8proc_charwidth(point);
        at += taken;
        left -= taken;
    }
    return width;
}

void words_finding(const struct finding *finding, char *buffer, size_t size)
{
    finding_text(finding, words_translate(finding_template(finding->code)), buffer, size);
}
