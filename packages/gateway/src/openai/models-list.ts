import type { JsonObject } from '@resoftai/sdk'

export interface ModelEntry {
  /** What to write as `model`: `provider/model`, or the name of a route. */
  readonly id: string
  readonly owner: string
}

/** When it was made is not known: 0, as OpenAI's clients want a number. */
export function modelItem({ id, owner }: ModelEntry): JsonObject {
  return { id, object: 'model', created: 0, owned_by: owner }
}

export function modelList(entries: readonly ModelEntry[]): JsonObject {
  return { object: 'list', data: entries.map(modelItem) }
}
