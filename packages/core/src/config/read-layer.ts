import { extname, resolve } from 'node:path'
import { plainLayer, type Layer } from './layer.ts'
import { errorCode } from '../error-code.ts'

const property = 'resoftai'

/** Reads configuration files through cosmiconfig, with loaders of our own that know lines. Problems are in the layer; it never throws. */
export async function readLayers(files: readonly string[]): Promise<readonly Layer[]> {
  const [{ cosmiconfig }, { parseText }, { loadModule }] = await Promise.all([
    import('cosmiconfig'),
    import('./parse-text.ts'),
    import('./load-module.ts')
  ])
  const parse = (file: string, text: string) =>
    file.endsWith('package.json') ? { [property]: parseText(file, text, property) } : parseText(file, text)
  const loaders = { '.yaml': parse, '.yml': parse, '.json': parse, '.ts': loadModule, '.js': loadModule, '.mjs': loadModule }
  const explorer = cosmiconfig(property, { loaders, cache: false, searchStrategy: 'none' })
  return Promise.all(
    files.map(async file => {
      if (!(extname(file) in loaders)) {
        return plainLayer(file, {}, [{ message: 'The configuration must be .yaml, .yml, .json, .ts, .js or .mjs.', file }])
      }
      try {
        const found = (await explorer.load(resolve(file))) as { readonly config?: Layer } | null
        return found?.config ?? plainLayer(file, {})
      } catch (error) {
        return plainLayer(file, {}, [{ message: `The file cannot be read (${errorCode(error)}).`, file }])
      }
    })
  )
}
