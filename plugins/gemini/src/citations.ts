import { isObject, objectsOf, textOf, type ChatEvent, type JsonObject } from '@resoftai/sdk'

/** What a source of a grounded answer may be. */
const kinds = ['web', 'retrievedContext', 'maps'] as const

/** Sources that a reply names. A stream repeats them; each counts once. */
export class Citations {
  #seen = new Set<string>()

  read({ groundingMetadata, citationMetadata }: JsonObject, events: ChatEvent[]): void {
    if (isObject(groundingMetadata)) {
      for (const chunk of objectsOf(groundingMetadata.groundingChunks)) for (const kind of kinds) this.#add(chunk[kind], events)
    }
    if (isObject(citationMetadata)) {
      // Vertex AI and the Gemini API name the list differently.
      for (const source of objectsOf(citationMetadata.citations)) this.#add(source, events)
      for (const source of objectsOf(citationMetadata.citationSources)) this.#add(source, events)
    }
  }

  /** Files in a store of the vendor have no address, and are no citation that anybody could open. */
  #add(source: unknown, events: ChatEvent[]): void {
    if (!isObject(source)) return
    const url = textOf(source.uri)
    const title = textOf(source.title)
    if (url === undefined || this.#seen.has(url)) return
    this.#seen.add(url)
    events.push({ type: 'citation', citation: { url, ...(title !== undefined && { title }) } })
  }
}
