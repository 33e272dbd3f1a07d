import { createHash } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import type { Problem } from '../error.ts'
import { plainLayer, type Layer } from './layer.ts'

/** Runs a `.js`, `.mjs` or `.ts` file with this text and takes its default export. Never throws. */
export async function loadModule(file: string, text: string): Promise<Layer> {
  const broken = (message: string, suggestion?: string, line?: number): Layer =>
    plainLayer(file, {}, [problem(file, message, suggestion, line)])
  if (file.endsWith('.ts') && !process.features.typescript) {
    return broken('This Node.js does not run TypeScript.', 'Use Node.js 22.18 or newer without --no-strip-types, or a .js or .yaml file.')
  }
  try {
    // A module is run once for each address; another text is another module.
    const digest = createHash('sha256').update(text).digest('hex')
    const module = (await import(`${pathToFileURL(file).href}?${digest}`)) as { readonly default?: unknown }
    const value = await module.default
    if (typeof value === 'object' && value !== null) return plainLayer(file, value)
    return broken('The file has no object as its default export.', 'Write: export default { providers: { … } }')
  } catch (error) {
    const { name, message, stack } = error as { readonly name?: string; readonly message?: string; readonly stack?: string }
    // The message of a syntax error may quote the file, and the file may hold a key.
    if (name !== 'SyntaxError') return broken(`The file failed when it was run: ${String(message ?? error)}`)
    const line = stack?.startsWith(file) || stack?.startsWith('file:') ? Number(/:(\d+)\n/.exec(stack)?.[1]) : Number.NaN
    return broken('The file is not valid JavaScript or TypeScript.', undefined, Number.isInteger(line) ? line : undefined)
  }
}

function problem(file: string, message: string, suggestion: string | undefined, line: number | undefined): Problem {
  return { message, file, ...(line !== undefined && { line }), ...(suggestion !== undefined && { suggestion }) }
}
