import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HostError } from '../error.ts'
import { listPackageFiles } from './package-files.ts'
import { readJsonObject } from './read-json.ts'
import { writeNewFile } from './write-file.ts'

const sdk = '@resoftai/sdk'

export interface HostPackages {
  /** Folders of the plugins that come with the host. */
  readonly bundled: readonly string[]
  /** For an editor and a compiler too. */
  readonly types?: boolean
}

/**
 * Puts the host's own packages beside a plugin, so that its imports work wherever it lies, without a network, and mean what this host has: the
 * SDK always, a bundled plugin's package when the plugin names it and does not bring it along.
 */
export function copyHostPackages(directory: string, { bundled, types = false }: HostPackages): void {
  const offered = new Map([findSdk(), ...bundled].map(folder => [readPackageJson(folder)['name'], folder]))
  const wanted = new Set([sdk, ...neededNames(directory)])
  for (const name of wanted) {
    const from = offered.get(name)
    const to = join(directory, 'node_modules', ...name.split('/'))
    if (from === undefined || (name !== sdk && existsSync(to))) continue
    rmSync(to, { recursive: true, force: true })
    copyPackage(from, to, types ? codeAndTypes : code)
    // They are copied in their turn.
    for (const needed of neededNames(from)) wanted.add(needed)
  }
}

const code = /\.(?:[cm]?js|json)$/
const codeAndTypes = /\.(?:[cm]?js|json|d\.[cm]?ts)$/

function copyPackage(from: string, to: string, taken: RegExp): void {
  listPackageFiles(from, readPackageJson(from), path => {
    const parts = path.split('/')
    if (taken.test(path)) writeNewFile(join(to, ...parts), readFileSync(join(from, ...parts)))
  })
}

function neededNames(directory: string): readonly string[] {
  const { dependencies, peerDependencies } = readPackageJson(directory) as Readonly<Record<string, object | undefined>>
  return Object.keys({ ...dependencies, ...peerDependencies })
}

function readPackageJson(directory: string): Readonly<Record<string, unknown>> {
  const reading = readJsonObject(join(directory, 'package.json'))
  return reading.ok ? reading.value : {}
}

/** As Node looks for a package: in every `node_modules` from here upward. */
function findSdk(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', ...sdk.split('/'))
    if (existsSync(join(found, 'package.json'))) return found
    if (folder === dirname(folder)) throw new HostError('plugin', `${sdk} is not beside the host.`, { hint: 'Install resoftai again.' })
  }
}
