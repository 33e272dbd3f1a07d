import { isObject, textOf, type ChatEvent } from '@resoftai/sdk'

/** Sources that a reply names, each once. Places in documents that were sent have no address, so they are none. */
export class Citations {
  #seen = new Set<string>()

  read(citation: unknown, events: ChatEvent[]): void {
    if (!isObject(citation)) return
    const url = textOf(citation.url) ?? (citation.type === 'search_result_location' ? textOf(citation.source) : undefined)
    const title = textOf(citation.title)
    if (url === undefined || this.#seen.has(url)) return
    this.#seen.add(url)
    events.push({ type: 'citation', citation: { url, ...(title !== undefined && { title }) } })
  }
}
