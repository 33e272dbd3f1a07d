import { dirname, join, resolve } from 'node:path'
import { configNames } from './find-config.ts'
import type { Home } from './home.ts'
import { isSecretFile, secretFilePath } from './secret-file.ts'
import type { HostConfig, Origin, ProviderEntry } from './types.ts'

interface Where {
  readonly cwd: string
  readonly home: Home
}

/**
 * Files that a configuration was read from, and those beside them that would be read if they were there: who watches these knows of each
 * change. The records of installed plugins are a folder. What a `.js` or `.ts` file imports is not among them.
 */
export function configPlaces(config: Pick<HostConfig, 'files' | 'providers' | 'origin'>, { cwd, home }: Where): readonly string[] {
  const project = config.files.filter(file => file !== home.configFile)
  const folders = new Set([resolve(cwd), ...project.map(file => dirname(file))])
  const places = [
    ...[...folders].flatMap(folder => [...configNames, 'package.json', '.env'].map(name => join(folder, name))),
    ...project,
    home.configFile,
    ...['secrets.json', 'prices.json', join('plugins', 'installed')].map(name => join(home.home, name)),
    ...Object.entries(config.providers).flatMap(([name, entry]) => [...secretFiles(name, entry, config)])
  ]
  return [...new Set(places)]
}

/** Those that an entry names as `file:/run/secrets/key`. */
function* secretFiles(name: string, entry: ProviderEntry, { origin }: Pick<HostConfig, 'origin'>): Generator<string> {
  for (const [field, value] of Object.entries(entry)) {
    const folder = folderOf(origin(`providers.${name}.${field}`))
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof item !== 'string' || !isSecretFile(item)) continue
      try {
        yield secretFilePath(item, folder)
      } catch {
        // It names no file here; whoever reads it says so.
      }
    }
  }
}

function folderOf(origin: Origin | undefined): string {
  return origin?.from === 'file' ? dirname(origin.file) : '.'
}
