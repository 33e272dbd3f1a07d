const roots: Readonly<Record<string, object>> = {
  Object,
  Array,
  String,
  Number,
  Boolean,
  Function,
  Promise,
  RegExp,
  Date,
  Map,
  Set,
  Symbol,
  JSON,
  Math,
  Reflect,
  Headers,
  URL,
  TextDecoder,
  console
}

/** What every code of a process shares, by name. Functions with a prototype bring that along. */
export function snapshotBuiltins(): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>([
    ['fetch', globalThis.fetch],
    ['setTimeout', globalThis.setTimeout]
  ])
  for (const [name, root] of Object.entries(roots)) {
    addKeys(found, name, root)
    const { prototype } = root as { readonly prototype?: object }
    if (prototype !== undefined) addKeys(found, `${name}.prototype`, prototype)
  }
  return found
}

/** Names that were added, removed or replaced between two snapshots. */
export function changedBuiltins(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].filter(name => before.has(name) !== after.has(name) || !Object.is(before.get(name), after.get(name)))
}

function addKeys(found: Map<string, unknown>, name: string, object: object): void {
  for (const key of Reflect.ownKeys(object)) {
    const property: { readonly get?: unknown; readonly value?: unknown } = Object.getOwnPropertyDescriptor(object, key) ?? {}
    // A getter is not asked: it may do anything.
    found.set(`${name}.${String(key)}`, property.get ?? property.value)
  }
}
