// Reading the command line. Nothing is printed here: the language is not known before all words are.
#include "client/arguments.h"

#include "common/keys.h"
#include <stdbool.h>
#include <string.h>

struct reader {
    struct arguments *arguments;
    int left;    // words to come
    char **next; // of them
    bool no_more_options;
};

static void set_problem(struct arguments *arguments, enum arguments_problem problem,
                        const char *culprit)
{
    if (arguments->problem != ARGUMENTS_GOOD)
        return; // the first one is told
    arguments->problem = problem;
    arguments->culprit = culprit;
}

static enum option_id option_find(const char *name, size_t length)
{
    for (unsigned i = 0; i < OPT_COUNT; i++)
        if (strlen(client_options[i].name) == length &&
            strncmp(client_options[i].name, name, length) == 0)
            return (enum option_id)i;
    return OPT_COUNT;
}

static bool is_choice(const char *choices, const char *value)
{
    size_t length = strlen(value);
    for (const char *at = choices; at != NULL; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, value, length) == 0 && (at[length] == '|' || at[length] == '\0'))
            return length > 0;
    }
    return false;
}

// "--name", "--name=value" or "--name value".
static void read_option(struct reader *reader, const char *word)
{
    const char *name = word + 2, *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    enum option_id id = option_find(name, length);
    if (id == OPT_COUNT) {
        set_problem(reader->arguments, ARGUMENTS_UNKNOWN_OPTION, word);
        return;
    }
    const struct client_option *option = &client_options[id];
    const char *value = equals != NULL ? equals + 1 : "";
    if (option->value == NULL && equals != NULL)
        set_problem(reader->arguments, ARGUMENTS_VALUE_NOT_TAKEN, word);
    if (option->value != NULL && equals == NULL) {
        if (reader->left == 0) {
            set_problem(reader->arguments, ARGUMENTS_VALUE_MISSING, word);
            return;
        }
        value = *reader->next++;
        reader->left--;
    }
    if (option->choices != NULL && !is_choice(option->choices, value))
        set_problem(reader->arguments, ARGUMENTS_BAD_CHOICE, value);
    reader->arguments->options[id] = value;
}

// A key in Z85 may begin with any sign, '-' too.
static bool is_key(const char *word)
{
    uint8_t key[BUS_KEY_BYTES];
    return key_from_z85(word, key) == 0;
}

static void read_word(struct reader *reader, const char *word)
{
    struct arguments *arguments = reader->arguments;
    if (reader->no_more_options || word[0] != '-' || word[1] == '\0' || is_key(word)) {
        if (arguments->count < ARGUMENTS_MAX)
            arguments->list[arguments->count++] = word;
        else
            set_problem(arguments, ARGUMENTS_TOO_MANY, word);
    } else if (strcmp(word, "--") == 0)
        reader->no_more_options = true;
    else if (strcmp(word, "-h") == 0)
        arguments->options[OPT_HELP] = "";
    else if (strncmp(word, "--", 2) == 0)
        read_option(reader, word);
    else
        set_problem(arguments, ARGUMENTS_UNKNOWN_OPTION, word);
}

// How many of the first words name `command`; 0: they do not.
static size_t words_of(const struct arguments *arguments, const struct command *command)
{
    const char *space = strchr(command->name, ' ');
    size_t first = space != NULL ? (size_t)(space - command->name) : strlen(command->name);
    if (arguments->count < 1 || strlen(arguments->list[0]) != first ||
        strncmp(arguments->list[0], command->name, first) != 0)
        return 0;
    if (space == NULL)
        return 1;
    return arguments->count >= 2 && strcmp(arguments->list[1], space + 1) == 0 ? 2 : 0;
}

static bool is_group(const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; i < command_count; i++)
        if (strncmp(commands[i].name, word, length) == 0 &&
            (commands[i].name[length] == ' ' || commands[i].name[length] == '\0'))
            return true;
    return false;
}

// Finds the command that most words name and takes those words away.
static void find_command(struct arguments *arguments)
{
    size_t words = 0;
    for (size_t i = 0; i < command_count; i++) {
        size_t matching = words_of(arguments, &commands[i]);
        if (matching > words) {
            words = matching;
            arguments->command = &commands[i];
        }
    }
    if (arguments->count > 0 && is_group(arguments->list[0]))
        arguments->group = arguments->list[0];
    arguments->count -= words;
    memmove(arguments->list, arguments->list + words, arguments->count * sizeof arguments->list[0]);
}

static void check(struct arguments *arguments)
{
    const struct command *command = arguments->command;
    if (command == NULL) {
        // The word that is wrong: the second one after the name of a group.
        size_t wrong = arguments->group != NULL ? 1 : 0;
        set_problem(arguments,
                    arguments->count > wrong ? ARGUMENTS_UNKNOWN_COMMAND : ARGUMENTS_NO_COMMAND,
                    arguments->count > wrong ? arguments->list[wrong] : "");
        return;
    }
    for (unsigned i = 0; i < OPT_COUNT; i++)
        if (arguments->options[i] != NULL &&
            ((command->options | OPTIONS_EVERYWHERE) & TAKES(i)) == 0)
            set_problem(arguments, ARGUMENTS_OPTION_NOT_TAKEN, client_options[i].name);
    if (arguments->count < command->least)
        set_problem(arguments, ARGUMENTS_TOO_FEW, command->name);
    if (arguments->count > command->most)
        set_problem(arguments, ARGUMENTS_TOO_MANY, arguments->list[command->most]);
}

void arguments_parse(int argc, char **argv, struct arguments *ret)
{
    struct reader reader = {.arguments = ret, .left = argc - 1, .next = argv + 1};
    memset(ret, 0, sizeof *ret);
    while (reader.left > 0) {
        reader.left--;
        read_word(&reader, *reader.next++);
    }
    find_command(ret);
    check(ret);
}

const char *argument(const struct arguments *arguments, size_t index)
{
    return index < arguments->count ? arguments->list[index] : "";
}
