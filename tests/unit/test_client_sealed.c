// Which lines and cells of an output file are not those computed.
#include "client/sealed.h"
#include "tests/lib/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#define HEAD "unit,name,total\n"
#define LINES "A,Xã A,1.00\nB,\"Xã B, cũ\",2.00\nC,Xã C,3.00\n"

// Findings as "row column word value" lines.
static void differs(const char *found, const char *computed, const char *expected)
{
    struct text a = {0}, b = {0}, lines = {0};
    struct findings findings = {0};
    text_adds(&a, found);
    text_adds(&b, computed);
    text_adds(&lines, "");
    sealed_compare("ranking.csv", &a, &b, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        const struct finding *finding = &findings.list[i];
        assert_string_equal(finding->file, "ranking.csv");
        text_addf(&lines, "%u %s %s %s\n", finding->row, finding->column,
                  finding_word(finding->code), finding->value);
    }
    assert_string_equal(lines.data, expected);
    findings_free(&findings);
    text_free(&lines);
    text_free(&a);
    text_free(&b);
}

static void test_same(void **state)
{
    (void)state;
    differs(HEAD LINES, HEAD LINES, "");
    differs(HEAD, HEAD, "");
}

static void test_cells(void **state)
{
    (void)state;
    differs(HEAD "A,Xã A,1.01\nB,\"Xã B, cũ\",2.00\nC,Xã X,3.00\n", HEAD LINES,
            "2 total sealed_cell 1.01\n4 name sealed_cell Xã X\n");
    differs(HEAD "A,Xã A,1.00\nB,\"Xã B, mới\",2.00\nC,Xã C,3.00\n", HEAD LINES,
            "3 name sealed_cell \"Xã B, mới\"\n");
    differs("unit,name,totel\n" LINES, HEAD LINES, "1 total sealed_cell totel\n");
}

// Fields too few or too many, a line that does not end.
static void test_shapes(void **state)
{
    (void)state;
    differs(HEAD "A,Xã A\nB,\"Xã B, cũ\",2.00\nC,Xã C,3.00\n", HEAD LINES,
            "2 name sealed_cell Xã A\n2 total sealed_cell \n");
    differs(HEAD "A,Xã A,1.00,9\nB,\"Xã B, cũ\",2.00\nC,Xã C,3.00\n", HEAD LINES,
            "2 total sealed_cell 1.00\n2  sealed_cell 9\n");
    differs(HEAD "A,Xã A,1.00\nB,\"Xã B, cũ\",2.00\nC,Xã C,3.00", HEAD LINES,
            "4 total sealed_cell 3.00\n");
}

static void test_lines(void **state)
{
    (void)state;
    differs(HEAD "B,\"Xã B, cũ\",2.00\nC,Xã C,3.00\n", HEAD LINES,
            "2  sealed_line_missing A,Xã A,1.00\n");
    differs(HEAD "A,Xã A,1.00\nB,\"Xã B, cũ\",2.00\n", HEAD LINES,
            "4  sealed_line_missing C,Xã C,3.00\n");
    differs(HEAD "Z,,0\n" LINES, HEAD LINES, "2  sealed_line_extra Z,,0\n");
    differs(HEAD LINES "Z,,0\n", HEAD LINES, "5  sealed_line_extra Z,,0\n");
    differs("", HEAD, "1  sealed_line_missing unit,name,total\n");
}

static void test_signature_file(void **state)
{
    uint8_t key[SIGN_PUBLIC_BYTES], signature[SEAL_SIGNATURE_BYTES];
    char hex[129];
    struct text text = {0};
    (void)state;
    memset(hex, 'a', sizeof hex);
    hex[128] = '\0';
    sealed_signature_write(hex + 64, hex, &text);
    assert_int_equal(sealed_signature_read(text.data, text.length, key, signature), 0);
    assert_int_equal(key[31], 0xaa);
    assert_int_equal(signature[63], 0xaa);
    assert_int_equal(sealed_signature_read(text.data, text.length - 1, key, signature), -1);
    text.data[10] = 'A'; // capitals are other bytes
    assert_int_equal(sealed_signature_read(text.data, text.length, key, signature), -1);
    text.data[10] = 'a';
    text_adds(&text, "\n");
    assert_int_equal(sealed_signature_read(text.data, text.length, key, signature), -1);
    text.length = 0;
    sealed_signature_write(hex + 65, hex, &text); // a digit is missing
    assert_int_equal(sealed_signature_read(text.data, text.length, key, signature), -1);
    text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),           cmocka_unit_test(test_cells),
        cmocka_unit_test(test_shapes),         cmocka_unit_test(test_lines),
        cmocka_unit_test(test_signature_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
