import { LiveList, type LivePlace } from '@resoftai/core'

interface Wait<Item> {
  readonly left: Set<Item>
  readonly end: () => void
}

/** What is going on, and who waits for the end of it. */
export class InFlight<Item extends object> {
  readonly #items = new LiveList<Item>()
  readonly #waits = new Set<Wait<Item>>()

  get count(): number {
    return this.#items.size
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.#items[Symbol.iterator]()
  }

  /** Returns what `end` is told. */
  begin(item: Item): LivePlace<Item> {
    return this.#items.add(item)
  }

  end(place: LivePlace<Item>): void {
    const { item } = place
    this.#items.remove(place)
    if (item === undefined) return
    for (const wait of this.#waits) {
      wait.left.delete(item)
      if (wait.left.size > 0) continue
      this.#waits.delete(wait)
      wait.end()
    }
  }

  /** Resolves when all that goes on now has ended, whatever begins meanwhile. */
  async ended(): Promise<void> {
    if (this.#items.size === 0) return
    await new Promise<void>(end => this.#waits.add({ left: new Set(this.#items), end }))
  }
}
