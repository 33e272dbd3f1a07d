/**
 * What goes on now, in the order it began. A `Set` copies its table every so often, and the tables of before, grown old, keep what was in them
 * from being collected young: with one such set, most objects of each call became old ones.
 */
export class LiveList<Item> implements Iterable<Item> {
  #first: LivePlace<Item> | undefined
  #last: LivePlace<Item> | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Returns where it is, for `remove`. */
  add(item: Item): LivePlace<Item> {
    const place: LivePlace<Item> = { item, before: this.#last, after: undefined }
    if (this.#last === undefined) this.#first = place
    else this.#last.after = place
    this.#last = place
    this.#size++
    return place
  }

  /** Takes out what is at a place of this list; nothing when it was taken out before. */
  remove(place: LivePlace<Item>): void {
    if (place.item === undefined) return
    const { before, after } = place
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    place.item = place.before = place.after = undefined
    this.#size--
  }

  *[Symbol.iterator](): Generator<Item, void, undefined> {
    // One that is taken out on the way leads nowhere any more.
    const places: LivePlace<Item>[] = []
    for (let place = this.#first; place !== undefined; place = place.after) places.push(place)
    for (const { item } of places) if (item !== undefined) yield item
  }
}

/** Where an item of a `LiveList` is; empty when it was taken out. For the list alone to change. */
export interface LivePlace<Item> {
  item: Item | undefined
  before: LivePlace<Item> | undefined
  after: LivePlace<Item> | undefined
}
