import { isMap, isScalar, type Document } from 'yaml'
import { HostError } from '../error.ts'
import { openYaml, stringifyYaml } from './parse-text.ts'
import type { ProviderEntry } from './types.ts'

/** The YAML text with fields of one provider set, or taken out where they are `undefined`. `file` is for errors. */
export function setInText(file: string, text: string, name: string, entry: ProviderEntry): string {
  const document = openYaml(file, text)
  if (!hasMapping(document, file, ['providers', name])) document.setIn(['providers', name], document.createNode({}))
  for (const [key, value] of Object.entries(entry)) {
    const path = ['providers', name, key]
    if (value === undefined) document.deleteIn(path)
    // A plain value keeps the comment behind the one it replaces.
    else document.setIn(path, typeof value === 'object' ? document.createNode(value) : value)
  }
  return stringifyYaml(document)
}

/** The YAML text without the provider; `undefined` when there is none. */
export function removeFromText(file: string, text: string, name: string): string | undefined {
  const document = openYaml(file, text)
  const removed = hasMapping(document, file, ['providers']) && document.deleteIn(['providers', name])
  return removed ? stringifyYaml(document) : undefined
}

/** Whether a mapping stands at the path. Keys with nothing behind them are taken out on the way: nothing can be put below them. */
function hasMapping(document: Document, file: string, path: readonly string[]): boolean {
  let node: unknown = document.contents
  for (const [index, key] of path.entries()) {
    if (!isMap(node)) return false
    const here = path.slice(0, index + 1)
    node = node.get(key, true)
    if (isScalar(node) && node.value === null) document.deleteIn(here)
    else if (node !== undefined && !isMap(node)) {
      const message = `${here.join('.')} is not a mapping (key: value).`
      throw new HostError('config', `${file} was not changed: ${message}`, { problems: [{ message, file, path: here.join('.') }] })
    }
  }
  return isMap(node)
}
