// Pages.
#include "server/query_page.h"

#include "core/text.h"
#include <stdlib.h>
#include <string.h>

#define CELL_OVERHEAD 4 // tag and length

void page_start(struct page *page, struct arena *arena, size_t columns)
{
    *page = (struct page){.arena = arena, .columns = columns};
}

void page_clear(struct page *page)
{
    free(page->cells);
    page->cells = NULL;
}

size_t page_rows_max(size_t columns)
{
    return WIRE_TABLE_CELLS_MAX / columns;
}

// Whole characters only.
static size_t cut_length(const char *text)
{
    size_t length = strlen(text);
    if (length <= WIRE_TEXT_BYTES_MAX)
        return length;
    length = WIRE_TEXT_BYTES_MAX;
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--;
    return length;
}

bool page_row(struct page *page, const char *const *cells)
{
    size_t bytes = 0;
    for (size_t i = 0; i < page->columns; i++)
        bytes += CELL_OVERHEAD + (cells[i] != NULL ? cut_length(cells[i]) : 0);
    if (page->count > 0 && (page->bytes + bytes > PAGE_BYTES_MAX ||
                            page->count + page->columns > WIRE_TABLE_CELLS_MAX))
        return false;
    for (size_t i = 0; i < page->columns; i++) {
        const char *cell = cells[i] != NULL ? cells[i] : "";
        *MEM_PUSH(page->cells, page->count, page->capacity) = arena_text(page->arena, cell,
                                                                         cut_length(cell));
    }
    page->bytes += bytes;
    return true;
}
