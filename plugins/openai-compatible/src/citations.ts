import { isObject, textOf, type ChatEvent, type Citation, type JsonObject } from '@resoftai/sdk'

/** Sources that a reply names. Some vendors repeat all of them in every chunk; each counts once. */
export class Citations {
  #seen: Set<string> | undefined

  /** From a whole chunk or answer: `search_results` and `citations` (Perplexity), `web_search` (Zhipu). */
  readTop(chunk: JsonObject, events: ChatEvent[]): void {
    if (chunk.search_results !== undefined) this.#addAll(chunk.search_results, events)
    if (chunk.citations !== undefined) this.#addAll(chunk.citations, events)
    if (chunk.web_search !== undefined) this.#addAll(chunk.web_search, events)
  }

  /** From a message: `annotations`. */
  readAnnotations(annotations: readonly unknown[], events: ChatEvent[]): void {
    for (const annotation of annotations) {
      if (isObject(annotation)) this.#add(annotation.url_citation, events)
    }
  }

  #addAll(sources: unknown, events: ChatEvent[]): void {
    if (!Array.isArray(sources)) return
    for (const source of sources) this.#add(source, events)
  }

  #add(source: unknown, events: ChatEvent[]): void {
    const citation = readCitation(source)
    if (citation === undefined || this.#seen?.has(citation.url)) return
    this.#seen = (this.#seen ?? new Set()).add(citation.url)
    events.push({ type: 'citation', citation })
  }
}

function readCitation(source: unknown): Citation | undefined {
  if (!isObject(source)) return textOf(source) === undefined ? undefined : { url: source as string }
  const url = textOf(source.url) ?? textOf(source.link)
  const title = textOf(source.title)
  return url === undefined ? undefined : { url, ...(title !== undefined && { title }) }
}
