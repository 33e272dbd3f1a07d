/**
 * What goes on now, in the order it began. A `Set` copies its table every so often, and the tables of before, grown old, keep what was in them
 * from being collected young: with one such set, most objects of each call became old ones.
 */
export class LiveList<Item> implements Iterable<Item> {
  #first: Place<Item> | undefined
  #last: Place<Item> | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Returns what takes it out again, once. */
  add(item: Item): () => void {
    const place: Place<Item> = { item, before: this.#last, after: undefined }
    if (this.#last === undefined) this.#first = place
    else this.#last.after = place
    this.#last = place
    this.#size++
    return () => this.#remove(place)
  }

  *[Symbol.iterator](): Generator<Item, void, undefined> {
    // One that is taken out on the way leads nowhere any more.
    const places: Place<Item>[] = []
    for (let place = this.#first; place !== undefined; place = place.after) places.push(place)
    for (const { item } of places) if (item !== undefined) yield item
  }

  #remove(place: Place<Item>): void {
    if (place.item === undefined) return
    const { before, after } = place
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    place.item = place.before = place.after = undefined
    this.#size--
  }
}

interface Place<Item> {
  item: Item | undefined
  before: Place<Item> | undefined
  after: Place<Item> | undefined
}
