// Builds everything that changed: validators from the schemas, then every package. Quiet unless something is wrong.
// Runs on any Node >= 18, because npm may call it with the machine's own Node.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { buildValidators } from './build-validators.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

await buildValidators(root)
const { status, error } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: root, stdio: 'inherit' })
if (error) console.error(`The build failed: ${error.message}`)
process.exitCode = status ?? 1
