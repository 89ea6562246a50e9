// One signature for a batch of receipts: a Merkle tree over them (proto/thidua.proto, SignedReceipt).
// leaf = BLAKE2b-256(0x00 || receipt), node = BLAKE2b-256(0x01 || left || right); an odd node goes up
// as it is. The server signs the root; each receipt carries the way from its leaf to the root.
#ifndef THIDUA_COMMON_MERKLE_H
#define THIDUA_COMMON_MERKLE_H

#include "common/codec.h"

#define MERKLE_LEAVES_MAX (1u << PROOF_MAX)

struct merkle;
void merkle_leaf(struct bytes receipt, uint8_t ret[static DIGEST_BYTES]);
// Takes a copy of the leaves, 1 … MERKLE_LEAVES_MAX of them. Returns owned.
struct merkle *merkle_create(const uint8_t (*leaves)[DIGEST_BYTES], size_t count);
void merkle_destroy(struct merkle *tree);
const uint8_t *merkle_root(const struct merkle *tree); // DIGEST_BYTES, owned by the tree
// Sibling hashes from the leaf up; returns their number.
size_t merkle_proof(const struct merkle *tree, size_t index, uint8_t ret[PROOF_MAX][DIGEST_BYTES]);

// Is the receipt in the batch whose root the key signed? `trusted` NULL: the key named in the receipt.
bool signed_receipt_valid(const struct wire_signed_receipt *receipt, const uint8_t *trusted);

#endif
