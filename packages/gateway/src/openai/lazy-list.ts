/** A list that is made when somebody first looks at it, whoever holds or copies the object that it is in. */
export function lazyList<Item>(make: () => readonly Item[]): readonly Item[] {
  return new Proxy<Item[]>([], new MadeLater(make))
}

class MadeLater<Item> implements ProxyHandler<Item[]> {
  #make: (() => readonly Item[]) | undefined

  constructor(make: () => readonly Item[]) {
    this.#make = make
  }

  get(list: Item[], name: PropertyKey): unknown {
    return Reflect.get(this.#made(list), name)
  }

  has(list: Item[], name: PropertyKey): boolean {
    return Reflect.has(this.#made(list), name)
  }

  ownKeys(list: Item[]): (string | symbol)[] {
    return Reflect.ownKeys(this.#made(list))
  }

  getOwnPropertyDescriptor(list: Item[], name: PropertyKey): PropertyDescriptor | undefined {
    return Reflect.getOwnPropertyDescriptor(this.#made(list), name)
  }

  #made(list: Item[]): Item[] {
    if (this.#make !== undefined) list.push(...this.#make())
    this.#make = undefined
    return list
  }
}
