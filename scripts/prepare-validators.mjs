// Turns the config of each plugin of this repository, with the fields of the host, into packages/core/generated/prepared/<digest>.js: to judge it
// must not cost what ajv and a compilation take. Needs what `tsc -b` has built.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export async function prepareValidators(root) {
  const core = join(root, 'packages/core')
  const to = join(core, 'generated/prepared')
  const { providerFields, providerSchema } = await import(pathToFileURL(join(core, 'dist/config/provider-fields.js')).href)
  const wanted = new Map()
  const manifests = readdirSync(join(root, 'plugins')).map(name => join(root, 'plugins', name, 'resoftai.plugin.json'))
  for (const file of manifests.filter(path => existsSync(path))) {
    const manifest = JSON.parse(readFileSync(file, 'utf8'))
    const schema = providerSchema(manifest, providerFields(manifest))
    wanted.set(digestOf(JSON.stringify(schema)), schema)
  }
  const makers = [fileURLToPath(import.meta.url), join(core, 'dist/schema/engine.js'), join(root, 'node_modules/ajv/package.json')]
  const stamp = digestOf(makers.map(file => readFileSync(file, 'utf8')).join(''), ...wanted.keys())
  const stampFile = join(to, '.stamp')
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return

  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  const { codeEngine } = await import(pathToFileURL(join(core, 'dist/schema/engine.js')).href)
  const writeCode = createRequire(join(root, 'package.json'))('ajv/dist/standalone').default
  for (const [digest, schema] of wanted) {
    const { $schema: _draft, $id: _name, ...document } = schema
    const engine = await codeEngine(schema)
    writeFileSync(join(to, `${digest}.js`), asModule(writeCode(engine, engine.compile(document))))
  }
  writeFileSync(stampFile, stamp)
}

function digestOf(...texts) {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text)
  return hash.digest('hex')
}

/** ajv imports nothing, and asks for what it needs with `require`. */
function asModule(code) {
  const modules = [...new Set([...code.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name))]
  const imports = modules.map((name, index) => `import required${index} from '${name}.js'\n`)
  const body = modules.reduce((text, name, index) => text.replaceAll(`require("${name}")`, `required${index}`), code)
  const usesPattern = body.includes('linearPattern') ? ["import { linearPattern } from '../../dist/schema/linear-pattern.js'\n"] : []
  return [...imports, ...usesPattern, body].join('')
}
