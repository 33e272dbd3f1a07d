import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { HostError } from '../error.ts'
import { nearest } from '../schema/nearest.ts'
import { readManifest } from './manifest.ts'
import { isPluginId } from './names.ts'

/** Where a plugin is to be installed from. */
export interface Source {
  readonly kind: 'bundled' | 'folder' | 'tarball'
  /** Absolute path of the folder or file. */
  readonly path: string
}

/** Reads what a user asked to install: the id or alias of a bundled plugin, a folder, or a tarball. Throws `HostError`. */
export function resolveSource(asked: string, { cwd, bundled }: { readonly cwd: string; readonly bundled: readonly string[] }): Source {
  const isTarball = /\.(?:tgz|tar\.gz)$/i.test(asked)
  if (!/^[a-z][a-z+]+:/i.test(asked) && (isTarball || /^(?:\.|\/|\\|[A-Za-z]:[\\/])/.test(asked))) {
    if (asked.includes('\0')) throw new HostError('usage', 'A path cannot hold a NUL character.')
    const path = resolve(cwd, asked)
    const status = statSync(path, { throwIfNoEntry: false })
    if (status === undefined) throw new HostError('not_found', `There is no ${path}.`)
    return { kind: status.isDirectory() ? 'folder' : 'tarball', path }
  }
  if (isPluginId(asked)) return { kind: 'bundled', path: findBundled(asked, cwd, bundled) }
  throw new HostError('usage', `${JSON.stringify(asked.slice(0, 200))} is nothing that can be installed.`, {
    hint: 'Name a bundled plugin, a folder (./my-plugin) or a tarball (./my-plugin-1.0.0.tgz). Registries and git are no sources yet.'
  })
}

function findBundled(asked: string, cwd: string, bundled: readonly string[]): string {
  const names = new Map<string, string>()
  for (const directory of bundled) {
    const reading = readManifest(directory)
    if (!reading.ok) continue
    const { id, manifest } = reading.plugin
    for (const name of [id, ...(manifest.aliases ?? [])]) if (!names.has(name)) names.set(name, directory)
  }
  const found = names.get(asked)
  if (found !== undefined) return found
  const close = nearest(asked, [...names.keys()])
  const isFolder = statSync(resolve(cwd, asked), { throwIfNoEntry: false })?.isDirectory() === true
  throw new HostError('not_found', `There is no bundled plugin ${asked}.${close === undefined ? '' : ` Did you mean ${close}?`}`, {
    hint: isFolder
      ? `For the folder of that name write ./${asked}.`
      : `Bundled: ${[...names.keys()].join(', ')}. Else name a folder or a tarball.`
  })
}
