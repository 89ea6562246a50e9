// Receipts of batches of every size: each proof leads to the signed root, and nothing else does.
#include "common/merkle.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define BATCH_MAX 33

static uint8_t public_key[crypto_sign_PUBLICKEYBYTES], secret_key[crypto_sign_SECRETKEYBYTES];

static int set_up(void **state)
{
    (void)state;
    return sodium_init() < 0 || crypto_sign_keypair(public_key, secret_key) != 0 ? -1 : 0;
}

static struct bytes leaf_bytes(uint8_t *index)
{
    return (struct bytes){index, 1};
}

static struct merkle *tree_of(size_t count)
{
    uint8_t leaves[BATCH_MAX][DIGEST_BYTES];
    for (uint8_t i = 0; i < count; i++)
        merkle_leaf(leaf_bytes(&i), leaves[i]);
    return merkle_create((const uint8_t(*)[DIGEST_BYTES])leaves, count);
}

static struct wire_signed_receipt receipt_of(const struct merkle *tree, uint8_t *index,
                                             size_t count)
{
    struct wire_signed_receipt receipt = {
        .receipt = leaf_bytes(index), .index = *index, .count = (uint32_t)count};
    receipt.proof_count = merkle_proof(tree, *index, receipt.proof);
    memcpy(receipt.public_key, public_key, sizeof public_key);
    crypto_sign_detached(receipt.signature, NULL, merkle_root(tree), DIGEST_BYTES, secret_key);
    return receipt;
}

static void proofs_of_all_sizes(void **state)
{
    (void)state;
    for (size_t count = 1; count <= BATCH_MAX; count++) {
        struct merkle *tree = tree_of(count);
        for (uint8_t i = 0; i < count; i++) {
            struct wire_signed_receipt receipt = receipt_of(tree, &i, count);
            assert_true(signed_receipt_valid(&receipt, public_key));
            assert_true(signed_receipt_valid(&receipt, NULL));
        }
        merkle_destroy(tree);
    }
}

static void what_was_not_signed(void **state)
{
    (void)state;
    uint8_t index = 3, other = 4;
    struct merkle *tree = tree_of(7);
    struct wire_signed_receipt good = receipt_of(tree, &index, 7), bad = good;
    bad.receipt = leaf_bytes(&other);
    assert_false(signed_receipt_valid(&bad, public_key));
    bad = good, bad.index = 2;
    assert_false(signed_receipt_valid(&bad, public_key));
    bad = good, bad.index = 7;
    assert_false(signed_receipt_valid(&bad, public_key));
    bad = good, bad.count = 9;
    assert_false(signed_receipt_valid(&bad, public_key));
    bad = good, bad.proof_count--;
    assert_false(signed_receipt_valid(&bad, public_key));
    bad = good, bad.proof[1][0] ^= 1;
    assert_false(signed_receipt_valid(&bad, public_key));
    bad = good, bad.signature[5] ^= 1;
    assert_false(signed_receipt_valid(&bad, public_key));
    uint8_t stranger[KEY_BYTES] = {1};
    assert_false(signed_receipt_valid(&good, stranger));
    merkle_destroy(tree);
    assert_null(merkle_create(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proofs_of_all_sizes),
        cmocka_unit_test(what_was_not_signed),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
