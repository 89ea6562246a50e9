// Settings: one table of options is read from the file (inih), the environment and the defaults, and
// is what --help and --dump-config print. All mistakes are told at once.
#include "common/config.h"

#include "common/words.h"
#include "core/mem.h"
#include "core/text.h"
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LINE_BYTES_MAX (64 * 1024)
#define VARIABLE_BYTES_MAX 80

enum source { SOURCE_NONE, SOURCE_DEFAULT, SOURCE_FILE, SOURCE_ENVIRONMENT };
static const char *const source_names[] = {"nowhere", "default", "file", "environment"};

struct setting {
    char *text; // owned
    int64_t number;
    enum source source;
};
struct config {
    const struct option *options; // borrowed: a static table
    struct setting *settings;
    size_t count;
    struct text problems; // while it is loaded
};

static void problem(struct config *config, const char *where, const char *what)
{
    text_addf(&config->problems, "%s%s: %s", config->problems.length > 0 ? "; " : "", where, what);
}

static size_t option_index(const struct config *config, const char *name)
{
    size_t i = 0;
    while (i < config->count && strcmp(config->options[i].name, name) != 0)
        i++;
    return i;
}

// ---- one value

// Digits with an optional sign, nothing else.
static bool parse_number(const char *text, int64_t *ret)
{
    char *end;
    if (!isdigit((unsigned char)text[text[0] == '-']))
        return false;
    errno = 0;
    *ret = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0';
}

static bool two_digits(const char *text, int *ret)
{
    if (!isdigit((unsigned char)text[0]) || !isdigit((unsigned char)text[1]))
        return false;
    *ret = (text[0] - '0') * 10 + (text[1] - '0');
    return true;
}

static bool parse_time(const char *text, int64_t *ret_minutes)
{
    int hours, minutes;
    if (strlen(text) != 5 || text[2] != ':' || !two_digits(text, &hours) ||
        !two_digits(text + 3, &minutes) || hours > 23 || minutes > 59)
        return false;
    *ret_minutes = hours * 60 + minutes;
    return true;
}

static void set(struct config *config, size_t index, const char *text, enum source source)
{
    const struct option *option = &config->options[index];
    struct setting *setting = &config->settings[index];
    char where[VARIABLE_BYTES_MAX], what[160];
    int64_t number = 0;
    setting->source = source; // of a bad value too
    snprintf(where, sizeof where, "%s (%s)", option->name, source_names[source]);
    if (option->type == OPTION_NUMBER) {
        if (!parse_number(text, &number) || number < option->min || number > option->max) {
            snprintf(what, sizeof what, "'%.40s' is not a whole number from %lld to %lld", text,
                     (long long)option->min, (long long)option->max);
            problem(config, where, what);
            return;
        }
    } else if (option->type == OPTION_TIME && !parse_time(text, &number)) {
        snprintf(what, sizeof what, "'%.40s' is not a time of day like 01:30", text);
        problem(config, where, what);
        return;
    }
    free(setting->text);
    setting->text = mem_text(text, strlen(text));
    setting->number = number;
}

// ---- the sources

static int file_entry(void *arg, const char *section, const char *name, const char *value)
{
    struct config *config = arg;
    size_t index = option_index(config, name);
    char where[VARIABLE_BYTES_MAX];
    snprintf(where, sizeof where, "%s%s%.60s", section, section[0] != '\0' ? "." : "", name);
    if (section[0] != '\0' || index == config->count)
        problem(config, where, "there is no such option");
    else if (config->settings[index].source == SOURCE_FILE)
        problem(config, where, "is given twice");
    else
        set(config, index, value, SOURCE_FILE);
    return 1;
}

static void read_file(struct config *config, const char *file)
{
    // Debian's build of inih takes its settings at run time.
    ini_use_stack = false;
    ini_allow_realloc = true;
    ini_max_line = FILE_LINE_BYTES_MAX;
    ini_allow_multiline = false;
    ini_allow_inline_comments = false; // a conninfo may hold " ;"
    errno = 0;
    int line = ini_parse(file, file_entry, config);
    if (line == -1)
        problem(config, file, errno != 0 ? strerror(errno) : "cannot be read");
    else if (line != 0) {
        char what[64];
        snprintf(what, sizeof what, "line %d is not 'name = value'", line);
        problem(config, file, what);
    }
}

static void variable_of(const struct option *option, char variable[static VARIABLE_BYTES_MAX])
{
    snprintf(variable, VARIABLE_BYTES_MAX, "THIDUA_%s", option->name);
    for (char *c = variable; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
}

static void read_environment(struct config *config)
{
    for (size_t i = 0; i < config->count; i++) {
        char variable[VARIABLE_BYTES_MAX];
        variable_of(&config->options[i], variable);
        const char *value = getenv(variable);
        if (value != NULL)
            set(config, i, value, SOURCE_ENVIRONMENT);
    }
}

struct config *config_load(const struct option *options, size_t count, const char *file,
                           struct err *err)
{
    struct config *config = mem_alloc(1, sizeof *config);
    config->options = options;
    config->count = count;
    config->settings = mem_alloc(count > 0 ? count : 1, sizeof *config->settings);
    for (size_t i = 0; i < count; i++)
        if (options[i].initial != NULL)
            set(config, i, options[i].initial, SOURCE_DEFAULT);
    if (file != NULL)
        read_file(config, file);
    read_environment(config);
    for (size_t i = 0; i < count; i++)
        if (config->settings[i].source == SOURCE_NONE)
            problem(config, options[i].name, "is required");
    if (config->problems.length > 0) {
        err_set(err, ERR_REJECT, "config", "%s", config->problems.data);
        config_destroy(config);
        return NULL;
    }
    return config;
}

void config_destroy(struct config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->count; i++)
        free(config->settings[i].text);
    free(config->settings);
    text_free(&config->problems);
    free(config);
}

static const struct setting *setting_of(const struct config *config, const char *name)
{
    size_t index = option_index(config, name);
    if (index == config->count)
        abort(); // a name that is not in the program's own table
    return &config->settings[index];
}

const char *config_text(const struct config *config, const char *name)
{
    return setting_of(config, name)->text;
}

int64_t config_number(const struct config *config, const char *name)
{
    return setting_of(config, name)->number;
}

// ---- showing

// A password inside a conninfo or a URL is not shown: "password=x" and "//user:x@host".
static void print_without_password(const char *text, FILE *out)
{
    const char *at = strstr(text, "password=");
    const char *url = strstr(text, "://");
    const char *end;
    if (at != NULL) {
        at += strlen("password=");
        end = *at == '\'' ? strchrnul(at + 1, '\'') : at + strcspn(at, " &");
        end += *end == '\'';
    } else if (url != NULL && (end = strchr(url + 3, '@')) != NULL &&
               (at = memchr(url + 3, ':', (size_t)(end - url - 3))) != NULL)
        at++;
    else {
        fputs(text, out);
        return;
    }
    fprintf(out, "%.*s***%s", (int)(at - text), text, end);
}

void config_dump(const struct config *config, FILE *out)
{
    for (size_t i = 0; i < config->count; i++) {
        fprintf(out, "# %s\n%s = ", source_names[config->settings[i].source],
                config->options[i].name);
        print_without_password(config->settings[i].text, out);
        fputc('\n', out);
    }
}

void config_help(const struct option *options, size_t count, FILE *out)
{
    for (size_t i = 0; i < count; i++) {
        char variable[VARIABLE_BYTES_MAX];
        variable_of(&options[i], variable);
        fprintf(out, "  %s (%s)\n      %s\n", options[i].name, variable, _(options[i].help));
        if (options[i].initial == NULL)
            fprintf(out, "      %s\n", _("required"));
        else if (options[i].initial[0] != '\0')
            fprintf(out, "      %s: %s\n", _("default"), options[i].initial);
    }
}
