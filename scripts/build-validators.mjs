// Turns every schemas/<name>.schema.json into packages/core/generated/<name>.js, a validator that loads no package:
// judging a manifest must not cost the 130 ms that ajv and a compilation take.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** ajv asks for this at run time; it is written into the file instead. */
const inlined = { 'require("ajv/dist/runtime/ucs2length").default': 'text => [...text].length' }

/** Formats as plain patterns, since those of ajv-formats are loaded at run time. */
const formats = { uri: /^[a-z][a-z0-9+.-]*:[^\s]+$/i }

const declaration = `declare const validate: ((value: unknown) => boolean) & {
  readonly errors?:
    | readonly {
        readonly keyword: string
        readonly instancePath: string
        readonly schemaPath: string
        readonly params: Readonly<Record<string, unknown>>
        readonly message?: string
        readonly propertyName?: string
        readonly parentSchema?: Readonly<Record<string, unknown>>
        readonly data?: unknown
      }[]
    | null
}
export default validate
`

export async function buildValidators(root) {
  const from = join(root, 'schemas')
  const to = join(root, 'packages/core/generated')
  const files = readdirSync(from).filter(file => file.endsWith('.schema.json'))
  const makers = [fileURLToPath(import.meta.url), join(root, 'node_modules/ajv/package.json')]
  const hash = createHash('sha256')
  for (const file of makers) hash.update(readFileSync(file))
  for (const file of files) hash.update(file).update(readFileSync(join(from, file)))
  const wanted = hash.digest('hex')
  const stamp = join(to, '.stamp')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return

  const [{ default: ajv }, { default: standalone }] = await Promise.all([
    import('ajv/dist/2020.js'),
    import('ajv/dist/standalone/index.js')
  ])
  rmSync(stamp, { force: true })
  mkdirSync(to, { recursive: true })
  for (const file of files) {
    const name = file.slice(0, -'.schema.json'.length)
    writeFileSync(join(to, `${name}.js`), compile(file, JSON.parse(readFileSync(join(from, file), 'utf8')), ajv, standalone))
    writeFileSync(join(to, `${name}.d.ts`), declaration)
  }
  for (const file of readdirSync(to).filter(name => name.includes('.'))) {
    if (!files.includes(file.replace(/(\.d\.ts|\.js)$/, '.schema.json'))) rmSync(join(to, file))
  }
  writeFileSync(stamp, wanted)
}

function compile(file, schema, { Ajv2020 }, standalone) {
  const engine = new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true, formats, code: { source: true, esm: true } })
  engine.addVocabulary(['x-expected'])
  let code = standalone.default(engine, engine.compile(schema))
  for (const [asked, text] of Object.entries(inlined)) code = code.replaceAll(asked, text)
  const left = /require\("[^"]*"\)/.exec(code)
  if (left) throw new Error(`schemas/${file}: its validator would load ${left[0]}; avoid the keyword or inline it here.`)
  return code
}
