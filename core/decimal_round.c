// The one rounding rule, half away from zero, and the way between 128 bits and GMP.
#include "core/decimal.h"

#include "core/mem.h"
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(long) == sizeof(int64_t), "mpz_get_si gives 64 bits");

void mpz_set_i128(mpz_t out, i128 value)
{
    u128 size = value < 0 ? -(u128)value : (u128)value;
    uint64_t words[2] = {(uint64_t)size, (uint64_t)(size >> 64)};
    mpz_import(out, 2, -1, sizeof words[0], 0, 0, words);
    if (value < 0)
        mpz_neg(out, out);
}

void mpq_set_scaled(mpq_t out, i128 value, unsigned scale)
{
    mpz_set_i128(mpq_numref(out), value);
    mpz_ui_pow_ui(mpq_denref(out), 10, scale);
    mpq_canonicalize(out);
}

void mpq_set_e4(mpq_t out, int64_t value_e4)
{
    mpq_set_scaled(out, value_e4, DECIMAL_SCALE);
}

// |ret| = floor((2 |numerator| 10^decimals + denominator) / (2 denominator))
void decimal_round_q(const mpq_t value, unsigned decimals, mpz_t ret)
{
    int sign = mpq_sgn(value);
    mpz_t size, divisor;
    mpz_inits(size, divisor, NULL);
    mpz_ui_pow_ui(size, 10, decimals);
    mpz_mul(size, size, mpq_numref(value));
    mpz_abs(size, size);
    mpz_mul_2exp(size, size, 1);
    mpz_add(size, size, mpq_denref(value));
    mpz_mul_2exp(divisor, mpq_denref(value), 1);
    mpz_fdiv_q(ret, size, divisor);
    if (sign < 0)
        mpz_neg(ret, ret);
    mpz_clears(size, divisor, NULL);
}

bool decimal_round_i128(i128 numerator, i128 denominator, unsigned decimals, i128 *ret)
{
    for (unsigned i = 0; i < decimals; i++)
        if (__builtin_mul_overflow(numerator, (i128)10, &numerator))
            return false;
    i128 quotient = numerator / denominator;
    i128 rest = numerator % denominator;
    if (rest < 0)
        rest = -rest;
    if (rest >= denominator - rest)
        quotient += numerator < 0 ? -1 : 1; // |quotient| <= |numerator| / 2 + 1 here: no overflow
    *ret = quotient;
    return true;
}

char *decimal_publish(const mpq_t value, unsigned decimals)
{
    mpz_t count;
    mpz_init(count);
    decimal_round_q(value, decimals, count);
    bool negative = mpz_sgn(count) < 0;
    mpz_abs(count, count);
    char *digits = mem_alloc(mpz_sizeinbase(count, 10) + 2, 1);
    mpz_get_str(digits, 10, count);
    mpz_clear(count);

    size_t length = strlen(digits);
    size_t zeros = length <= decimals ? decimals + 1 - length
                                      : 0; // so that a digit stands before the point
    char *text = mem_alloc(length + zeros + 3, 1), *at = text;
    if (negative)
        *at++ = '-';
    memset(at, '0', zeros);
    memcpy(at + zeros, digits, length);
    free(digits);
    if (decimals > 0) {
        char *point = at + zeros + length - decimals;
        memmove(point + 1, point, decimals);
        *point = '.';
    }
    return text;
}

int decimal_round_e2(const mpq_t value, int64_t *ret_e2)
{
    mpz_t count;
    mpz_init(count);
    decimal_round_q(value, 2, count);
    bool fits = mpz_fits_slong_p(count) != 0;
    if (fits)
        *ret_e2 = mpz_get_si(count);
    mpz_clear(count);
    return fits ? 0 : -1;
}
