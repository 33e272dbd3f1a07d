import type { JsonSchema } from '@resoftai/sdk'
import type { Ajv, Options } from 'ajv'
import { linearPattern } from './linear-pattern.ts'

const engines = new Map<string, Promise<Ajv>>()

/** One ajv for each draft and strictness, loaded when first needed: it costs 60 ms, and its meta schemas as much again. */
export function schemaEngine(schema: JsonSchema, strict: boolean): Promise<Ajv> {
  const draft = draftOf(schema)
  const key = `${draft} ${strict}`
  const engine = engines.get(key) ?? loadEngine(draft, strict)
  engines.set(key, engine)
  return engine
}

/**
 * One that can be asked for the code of what it compiles, to be kept in a file: `scripts/prepare-validators.mjs` does.
 * @public
 */
export function codeEngine(schema: JsonSchema): Promise<Ajv> {
  return loadEngine(draftOf(schema), false, { source: true, esm: true })
}

function draftOf(schema: JsonSchema): 7 | 2020 {
  return /draft-0[67]/.test(String(schema['$schema'])) ? 7 : 2020
}

async function loadEngine(draft: 7 | 2020, strictSchema: boolean, code: Options['code'] = {}): Promise<Ajv> {
  const [{ default: addFormats }, engine] = await Promise.all([import('ajv-formats'), draft === 7 ? loadDraft7() : loadDraft2020()])
  const loaded = engine({
    allErrors: true,
    verbose: true,
    strict: false,
    strictSchema,
    logger: false,
    ownProperties: true,
    code: { ...code, regExp: Object.assign(linearPattern, { code: 'linearPattern' }) }
  })
  addFormats.default(loaded)
  return loaded
}

async function loadDraft7() {
  const { Ajv } = await import('ajv')
  return (options: Options) => new Ajv(options)
}

async function loadDraft2020() {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  return (options: Options) => new Ajv2020(options)
}
