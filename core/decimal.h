// Exact decimals (semantics.md, section 1). An amount is an int64 count of ten-thousandths ("e4");
// sums of rollups are 128 bits, checked; quotients are GMP rationals. No floating point.
#ifndef THIDUA_CORE_DECIMAL_H
#define THIDUA_CORE_DECIMAL_H

#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

#define DECIMAL_SCALE 4
#define DECIMAL_ONE_E4 10000
#define DECIMAL_MAX_E4 (INT64_C(100000000000) * DECIMAL_ONE_E4) // |v| <= 10^11
#define DECIMAL_TEXT_SIZE 64 // enough for any i128 with scale 8 and for published values

enum decimal_style {
    DECIMAL_POINT, // 38.5; no grouping
    DECIMAL_COMMA, // 38,5; dots only as exact 3-digit groups: 1.920 is 1920
};
enum decimal_result {
    DECIMAL_OK,
    DECIMAL_EMPTY,        // zero length
    DECIMAL_MALFORMED,    // not a number in this style
    DECIMAL_TOO_PRECISE,  // more than 4 fractional digits (trailing zeros count too)
    DECIMAL_OUT_OF_RANGE, // |v| > 10^11
    DECIMAL_AMBIGUOUS,    // a number in another style: decimal_readings gives the two readings
};
// Parses all `length` bytes: optional '-', digits, optional fraction. No '+', no blanks, no exponent,
// digits on both sides of the decimal sign. Writes *ret_e4 on DECIMAL_OK only.
enum decimal_result decimal_parse(const char *text, size_t length, enum decimal_style style,
                                  int64_t *ret_e4);
// For DECIMAL_AMBIGUOUS: the two readings as canonical point texts ("1920" and "1.92"), static size.
void decimal_readings(const char *text, size_t length, char ret_grouped[static DECIMAL_TEXT_SIZE],
                      char ret_fraction[static DECIMAL_TEXT_SIZE]);

// Canonical exact text of v / 10^scale without trailing zeros: 1920, -0.5, 0. scale is 4 or 8 (0..18).
// Returns the length; buffer of DECIMAL_TEXT_SIZE.
size_t decimal_format(i128 value, unsigned scale, char buffer[static DECIMAL_TEXT_SIZE]);

// THE rounding function: the published text of numerator/denominator (denominator > 0, arbitrary
// size) with exactly `decimals` digits, half away from zero, zero without sign: 0.125 -> "0.13".
// Returns the rounded value as a count of 10^-decimals in *ret (an initialised mpz_t).
void decimal_round_q(const mpq_t value, unsigned decimals, mpz_t ret);
// Same for 128-bit operands that fit (a fast path of the one rounding rule; false when they do not
// fit and decimal_round_q must be used). numerator * 10^decimals must not overflow.
bool decimal_round_i128(i128 numerator, i128 denominator, unsigned decimals, i128 *ret);
// Text of count * 10^-decimals with exactly `decimals` digits: (500, 2) -> "5.00".
size_t decimal_fixed(i128 count, unsigned decimals, char buffer[static DECIMAL_TEXT_SIZE]);
// Rounds and writes; returns a text the caller frees (values of any size).
char *decimal_publish(const mpq_t value, unsigned decimals);

// mpq/mpz helpers: GMP knows no 128-bit integers.
void mpz_set_i128(mpz_t out, i128 value);
void mpq_set_e4(mpq_t out, int64_t value_e4);               // value_e4 / 10^4
void mpq_set_scaled(mpq_t out, i128 value, unsigned scale); // value / 10^scale
// Rounded to 2 decimals as an int64 count of hundredths; -1 with nothing written when out of range.
int decimal_round_e2(const mpq_t value, int64_t *ret_e2);

#endif
