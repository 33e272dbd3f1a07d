import type { Citation } from '@resoftai/sdk'

/** No place in the text is known for it: both ends are its beginning. */
export function writeCitation({ url, title }: Citation): unknown {
  return { type: 'url_citation', url_citation: { url, title: title ?? '', start_index: 0, end_index: 0 } }
}
