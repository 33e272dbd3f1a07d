// Builds everything that changed: validators from the schemas, then every package, then validators from the manifests of the plugins. Quiet unless something is wrong.
// Runs on any Node >= 18, because npm may call it with the machine's own Node.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { buildValidators } from './build-validators.mjs'
import { prepareValidators } from './prepare-validators.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

await buildValidators(root)
const { status, error } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: root, stdio: 'inherit' })
if (error) console.error(`The build failed: ${error.message}`)
if (status === 0) await prepareValidators(root)
process.exitCode = status ?? 1
