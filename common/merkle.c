// The tree is kept level by level, leaves first, in one array.
#include "common/merkle.h"

#include "core/mem.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct merkle {
    size_t levels;
    size_t counts[PROOF_MAX + 1]; // nodes of each level
    const uint8_t (*nodes[PROOF_MAX + 1])[DIGEST_BYTES];
    uint8_t (*memory)[DIGEST_BYTES];
};

static void hash_tagged(uint8_t tag, struct bytes first, struct bytes second,
                        uint8_t ret[static DIGEST_BYTES])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, DIGEST_BYTES);
    crypto_generichash_update(&state, &tag, 1);
    crypto_generichash_update(&state, first.data, first.length);
    crypto_generichash_update(&state, second.data, second.length);
    crypto_generichash_final(&state, ret, DIGEST_BYTES);
}

void merkle_leaf(struct bytes receipt, uint8_t ret[static DIGEST_BYTES])
{
    hash_tagged(0, receipt, (struct bytes){NULL, 0}, ret);
}

static void hash_node(const uint8_t left[DIGEST_BYTES], const uint8_t right[DIGEST_BYTES],
                      uint8_t ret[static DIGEST_BYTES])
{
    hash_tagged(1, (struct bytes){left, DIGEST_BYTES}, (struct bytes){right, DIGEST_BYTES}, ret);
}

// Hashes pairs of `below` into `above`; returns the number of nodes there.
static size_t level_up(const uint8_t (*below)[DIGEST_BYTES], size_t count,
                       uint8_t (*above)[DIGEST_BYTES])
{
    for (size_t i = 0; i + 1 < count; i += 2)
        hash_node(below[i], below[i + 1], above[i / 2]);
    if (count % 2 == 1)
        memcpy(above[count / 2], below[count - 1], DIGEST_BYTES);
    return (count + 1) / 2;
}

struct merkle *merkle_create(const uint8_t (*leaves)[DIGEST_BYTES], size_t count)
{
    if (count == 0 || count > MERKLE_LEAVES_MAX)
        return NULL;
    struct merkle *tree = mem_alloc(1, sizeof *tree);
    tree->memory = mem_alloc(2 * count + PROOF_MAX, DIGEST_BYTES);
    uint8_t(*level)[DIGEST_BYTES] = tree->memory;
    memcpy(level, leaves, count * DIGEST_BYTES);
    for (;;) {
        tree->nodes[tree->levels] = (const uint8_t(*)[DIGEST_BYTES])level;
        tree->counts[tree->levels++] = count;
        if (count == 1)
            return tree;
        uint8_t(*above)[DIGEST_BYTES] = level + count;
        count = level_up((const uint8_t(*)[DIGEST_BYTES])level, count, above);
        level = above;
    }
}

void merkle_destroy(struct merkle *tree)
{
    if (tree == NULL)
        return;
    free(tree->memory);
    free(tree);
}

const uint8_t *merkle_root(const struct merkle *tree)
{
    return tree->nodes[tree->levels - 1][0];
}

size_t merkle_proof(const struct merkle *tree, size_t index, uint8_t ret[PROOF_MAX][DIGEST_BYTES])
{
    size_t length = 0;
    for (size_t level = 0; level + 1 < tree->levels; level++, index /= 2) {
        size_t sibling = index ^ 1;
        if (sibling < tree->counts[level]) // an odd node at the end has none and goes up
            memcpy(ret[length++], tree->nodes[level][sibling], DIGEST_BYTES);
    }
    return length;
}

// ---- checking one receipt

// The root that the proof leads to; -1 when it is too short or too long for its place in the tree.
static int root_of(const struct wire_signed_receipt *receipt, uint8_t ret[static DIGEST_BYTES])
{
    size_t used = 0;
    merkle_leaf(receipt->receipt, ret);
    for (size_t index = receipt->index, count = receipt->count; count > 1;
         index /= 2, count = (count + 1) / 2) {
        if ((index ^ 1) >= count)
            continue;
        if (used == receipt->proof_count)
            return -1;
        const uint8_t *sibling = receipt->proof[used++];
        uint8_t node[DIGEST_BYTES];
        hash_node(index % 2 == 0 ? ret : sibling, index % 2 == 0 ? sibling : ret, node);
        memcpy(ret, node, sizeof node);
    }
    return used == receipt->proof_count ? 0 : -1;
}

bool signed_receipt_valid(const struct wire_signed_receipt *receipt, const uint8_t *trusted)
{
    uint8_t root[DIGEST_BYTES];
    if (receipt->index >= receipt->count || receipt->count > MERKLE_LEAVES_MAX ||
        receipt->proof_count > PROOF_MAX ||
        (trusted != NULL && memcmp(trusted, receipt->public_key, KEY_BYTES) != 0) ||
        root_of(receipt, root) != 0)
        return false;
    return crypto_sign_verify_detached(receipt->signature, root, sizeof root,
                                       receipt->public_key) == 0;
}
