// The bytes of docs/sealed.md. The digests here were computed with another library.
#include "common/seal.h"
#include "tests/lib/cmocka_all.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static void digest_is(enum seal_file_index file, const char *data, const char *expected)
{
    uint8_t digest[HASH_BYTES];
    char hex[HASH_HEX_SIZE];
    seal_file_digest(file, data, strlen(data), digest);
    assert_string_equal(sodium_bin2hex(hex, sizeof hex, digest, sizeof digest), expected);
}

// A block is a run of lines of one office, or one scope and unit; a line break in quotes ends no line.
static void test_blocks(void **state)
{
    (void)state;
    digest_is(SEAL_ENTRIES,
              "office,accepted,period,unit,indicator,value,denominator,state,note\n"
              "A,1,2022-Q1,A.1,X,1,,,\"one\nA,two\"\nA,2,2022-Q1,A.1,X,2,,,\n"
              "B,3,2022-Q1,B.1,X,1,,,\n",
              "31d7e3e6f6c54a642f6403efd78beb1ec334158a6e0f59bba0cf37c80a666e4c");
    digest_is(SEAL_ROLLUP,
              "period,scope,unit,level\n2022,period,A,commune\n2022,period,A,commune\n"
              "2022,to_date,A,commune\n2022,to_date,B,commune\n",
              "498be52d3bea3b873e81d3846476c463d603fb5707dcd040d7732156509e2bff");
    // The header alone: as one block, and as a file that is digested whole.
    digest_is(SEAL_ENTRIES, "office,accepted,period,unit,indicator,value,denominator,state,note\n",
              "9e13fb7c9fc7ff09de8d90bf815a40d0a794d7efb8ffac21276ac94c844de9c1");
    digest_is(SEAL_SCORES, "office,accepted,period,unit,indicator,value,denominator,state,note\n",
              "27421dd55a82a59a8661f760e1165ecc9094e089aa0e3a65e0d67f913651b6ed");
}

// What the worker feeds block by block is what a reader of the file finds.
static void test_fed_by_blocks(void **state)
{
    static const char head[] = "office,accepted\n", first[] = "A,1\nA,2\n", second[] = "B,3\n";
    struct seal_blocks blocks = {0};
    struct text file = {0};
    uint8_t fed[HASH_BYTES], read[HASH_BYTES];
    (void)state;
    seal_block(&blocks, head, strlen(head));
    seal_block(&blocks, first, strlen(first));
    seal_block(&blocks, "", 0); // an office without lines is no block
    seal_block(&blocks, second, strlen(second));
    seal_blocks_end(&blocks, fed);
    text_addf(&file, "%s%s%s", head, first, second);
    seal_file_digest(SEAL_SUBMISSIONS, file.data, file.length, read);
    assert_memory_equal(fed, read, HASH_BYTES);
    text_free(&file);
}

static struct seal small_seal(void)
{
    struct seal seal = {.campaign = "c-2022",
                        .period = {PERIOD_QUARTER, 4, 2022},
                        .run = 7,
                        .cut = 1234,
                        .cut_us = INT64_C(1673719200000123)}; // 2023-01-14 18:00 UTC
    hash_bytes("u", 1, seal.files[SEAL_UNITS]);
    hash_bytes("c", 1, seal.files[SEAL_CAMPAIGN]);
    seal_add_parts(&seal);
    return seal;
}

static void test_text(void **state)
{
    struct seal seal = small_seal(), back;
    struct text text = {0};
    (void)state;
    seal_write(&seal, &text);
    static const char start[] =
        "thidua seal 1\ncampaign c-2022\nperiod 2022-Q4\nrun 7\ncut 1234\n"
        "cut_at 2023-01-15T01:00:00.000123+07:00\n"
        "tree aa297ccfca06279e555072f360aaaed971636ee67eac9c0f7b5f4a43ac51ac16\n"
        "rules c9db771f2245b1222465ebf3b4b650a6091cec332c211dacffaad829e6addb6e\ninput ";
    assert_memory_equal(text.data, start, strlen(start));
    assert_non_null(strstr(text.data, "\ntargets.csv -\n"));
    assert_int_equal(seal_parse(text.data, text.length, &back), 0);
    assert_memory_equal(&back.files, &seal.files, sizeof seal.files);
    assert_memory_equal(&back.parts, &seal.parts, sizeof seal.parts);
    assert_int_equal(back.run, 7);
    assert_true(back.cut_us == seal.cut_us);
    text_free(&text);
}

// One byte other than it would be written is no seal.
static void test_strict(void **state)
{
    struct seal seal = small_seal(), back;
    struct text text = {0};
    (void)state;
    seal_write(&seal, &text);
    for (size_t at = 0; at < text.length; at++) {
        char kept = text.data[at];
        text.data[at] = kept == ' ' ? '\t' : (char)(kept ^ 0x20); // A for a, a blank for NUL …
        if (kept != 'c') // "C-2022" is another campaign's seal
            assert_int_equal(seal_parse(text.data, text.length, &back), -1);
        text.data[at] = kept;
    }
    assert_int_equal(seal_parse(text.data, text.length - 1, &back), -1);
    text_adds(&text, "\n");
    assert_int_equal(seal_parse(text.data, text.length, &back), -1);
    text_free(&text);
}

static void test_signature(void **state)
{
    struct identity identity;
    struct text text = {0};
    uint8_t signature[SEAL_SIGNATURE_BYTES];
    (void)state;
    crypto_sign_keypair(identity.sign_public, identity.sign_secret);
    text_adds(&text, "thidua seal 1\n");
    seal_sign(&text, &identity, signature);
    assert_true(seal_signed(text.data, text.length, identity.sign_public, signature));
    assert_false(seal_signed(text.data, text.length - 1, identity.sign_public, signature));
    signature[63] ^= 1;
    assert_false(seal_signed(text.data, text.length, identity.sign_public, signature));
    text_free(&text);
}

static void test_instants(void **state)
{
    static const struct {
        int64_t us;
        const char *text;
    } instants[] = {
        {0, "1970-01-01T07:00:00.000000+07:00"},
        {-1, "1970-01-01T06:59:59.999999+07:00"},
        {INT64_C(1656608400000000), "2022-07-01T00:00:00.000000+07:00"}, // 2022-06-30 17:00 UTC
        {INT64_C(1656608399999999), "2022-06-30T23:59:59.999999+07:00"},
    };
    static const char *const bad[] = {"",
                                      "2022-07-01",
                                      "2022-07-01T00:00:00+07:00",
                                      "2022-07-01T00:00:00.00000+07:00",
                                      "2022-07-01T00:00:00.000000Z",
                                      "2022-07-01T24:00:00.000000+07:00",
                                      "2022-02-30T00:00:00.000000+07:00",
                                      "2022-07-01T00:00:00.000000+07:00 "};
    char text[SEAL_INSTANT_SIZE];
    int64_t us;
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(instants); i++) {
        seal_instant(instants[i].us, text);
        assert_string_equal(text, instants[i].text);
        assert_true(seal_instant_parse(text, &us));
        assert_true(us == instants[i].us);
    }
    for (size_t i = 0; i < TEST_COUNT(bad); i++)
        assert_false(seal_instant_parse(bad[i], &us));
}

static void test_entry_lines(void **state)
{
    struct text start = {0}, out = {0};
    const struct cell value = {.indicator = "X",
                               .state = CELL_VALUE,
                               .value_e4 = -5000,
                               .has_denominator = true,
                               .denominator_e4 = 1000000,
                               .note = "a \"b\""};
    const struct cell na = {.indicator = "Y", .state = CELL_NA, .note = ""};
    (void)state;
    seal_form_start("A", 12, "2022-Q1", "A.1", &start);
    seal_entry_line(&start, &value, &out);
    seal_entry_line(&start, &na, &out);
    assert_string_equal(out.data, "A,12,2022-Q1,A.1,X,-0.5,100,,\"a \"\"b\"\"\"\n"
                                  "A,12,2022-Q1,A.1,Y,,,na,\n");
    text_free(&start);
    text_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),      cmocka_unit_test(test_fed_by_blocks),
        cmocka_unit_test(test_text),        cmocka_unit_test(test_strict),
        cmocka_unit_test(test_signature),   cmocka_unit_test(test_instants),
        cmocka_unit_test(test_entry_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
