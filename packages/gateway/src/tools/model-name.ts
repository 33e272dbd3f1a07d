import { createHash } from 'node:crypto'

const possible = /^[a-zA-Z0-9_-]{1,64}$/

/**
 * The name by which a model knows a tool. No name of a source has two low lines in a row, so two sources never share one. What vendors
 * do not take is replaced, and a digest keeps such names apart.
 */
export function modelName(source: string, tool: string): string {
  const name = `${source}__${tool}`
  if (possible.test(name)) return name
  const digest = createHash('sha256').update(tool).digest('hex').slice(0, 8)
  return `${name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, 55)}_${digest}`
}
