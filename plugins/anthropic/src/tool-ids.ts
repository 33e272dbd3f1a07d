/** Ids of tool calls as the vendor takes them: letters, digits, `_` and `-`, and none twice. Other vendors count `0`, `1` in each turn. */
export class ToolIds {
  #used = new Set<string>()
  #counts = new Map<string, number>()

  rename(id: string): string {
    const clean = id.replaceAll(/[^a-zA-Z0-9_-]/g, '_') || 'call'
    let unique = clean
    while (this.#used.has(unique)) {
      const count = (this.#counts.get(clean) ?? 1) + 1
      this.#counts.set(clean, count)
      unique = `${clean}_${count}`
    }
    this.#used.add(unique)
    return unique
  }
}

/** The calls of one turn that wait for their results. */
export class OpenCalls {
  #ids = new Map<string, string[]>()

  /** `id` is the one in the conversation, `renamed` the one that is sent. */
  add(id: string, renamed: string): string {
    const known = this.#ids.get(id)
    if (known === undefined) this.#ids.set(id, [renamed])
    else known.push(renamed)
    return renamed
  }

  /** The call that a result answers; each is given once. */
  take(id: string): string | undefined {
    return this.#ids.get(id)?.shift()
  }

  get left(): readonly string[] {
    return [...this.#ids.values()].flat()
  }
}
