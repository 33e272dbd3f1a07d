/** A list that is made when somebody first looks at it, whoever holds or copies the object that it is in. */
export function lazyList<Item>(make: () => readonly Item[]): readonly Item[] {
  let isMade = false
  const list: Item[] = []
  const made = () => {
    if (!isMade) list.push(...make())
    isMade = true
    return list
  }
  return new Proxy(list, {
    get: (_, name) => Reflect.get(made(), name) as unknown,
    has: (_, name) => Reflect.has(made(), name),
    ownKeys: () => Reflect.ownKeys(made()),
    getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(made(), name)
  })
}
