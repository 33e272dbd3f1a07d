import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HostError } from '../error.ts'
import { writeNewFile } from './write-file.ts'

const sdk = '@resoftai/sdk'

/** Puts the host's own SDK beside a plugin, so that its `import '@resoftai/sdk'` works wherever the home is, and means this one. */
export function copySdk(packageFolder: string): void {
  const from = findSdk()
  const to = join(packageFolder, 'node_modules', ...sdk.split('/'))
  rmSync(to, { recursive: true, force: true })
  const code = readdirSync(join(from, 'dist'), { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.js'))
  for (const name of ['package.json', ...code.map(file => `dist${sep}${file}`)])
    writeNewFile(join(to, name), readFileSync(join(from, name)))
}

/** As Node looks for a package: in every `node_modules` from here upward. */
function findSdk(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', ...sdk.split('/'))
    if (existsSync(join(found, 'package.json'))) return found
    if (folder === dirname(folder)) throw new HostError('plugin', `${sdk} is not beside the host.`, { hint: 'Install resoftai again.' })
  }
}
