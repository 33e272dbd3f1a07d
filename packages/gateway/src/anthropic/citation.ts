import type { Citation, JsonObject } from '@resoftai/sdk'

/** A source as this API names those of a search. It has no place in an index: the blank one tells it from the vendor's own when it comes back. */
export function writeCitation({ url, title }: Citation): JsonObject {
  return { type: 'web_search_result_location', url, title: title ?? null, encrypted_index: '', cited_text: '' }
}
