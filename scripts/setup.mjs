// Installs the pinned tools and dependencies when the lock file changed since the last time; otherwise does nothing.
// Runs on any Node >= 18 and needs no package: it is what makes `npm start` and `npm test` enough on a fresh machine.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const stamp = join(root, 'node_modules/.setup-stamp')
const inputs = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json']

const hash = createHash('sha256')
for (const file of inputs) hash.update(readFileSync(join(root, file)))
const wanted = hash.digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  console.error(`Setting up (${packageManager}, once; about 40 s on a fresh machine) …`)
  const { status, error } = spawnSync('npx', ['-y', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32'
  })
  if (error || status !== 0) {
    console.error(
      `Set-up failed: ${error?.message ?? `pnpm ended with ${status}`}. Is the npm registry reachable? Run \`npm run setup\` to try again.`
    )
    process.exit(1)
  }
  writeFileSync(stamp, wanted)
}
