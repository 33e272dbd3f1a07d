import { join } from 'node:path'
import { HostError } from '../error.ts'
import { compileSchema } from '../schema/compile.ts'
import { commitGeneration, isIntact } from './commit.ts'
import { sealGeneration } from './generation.ts'
import { copyHostPackages } from './host-packages.ts'
import { judgePackage, readPackage } from './judge-package.ts'
import { packFolder } from './pack-folder.ts'
import { findPlugins } from './plugin-index.ts'
import { probeEntry } from './probe.ts'
import { resolveSource, type Source } from './source.ts'
import { withStage } from './stage.ts'
import { sweepStore } from './sweep.ts'
import { unpackTarball } from './tarball.ts'
import type { FoundPlugin } from './types.ts'

export type InstallStep = 'unpack' | 'check' | 'load' | 'commit'

export interface InstallOptions {
  readonly home: string
  /** What relative paths are relative to. Default: the working directory. */
  readonly cwd?: string
  /** Folders of the plugins that come with the host. */
  readonly bundled?: readonly string[]
  /** Installs although it is there already, and takes an id from another package. */
  readonly force?: boolean
  readonly onProgress?: (step: InstallStep) => void
}

export type InstalledPlugin = FoundPlugin & {
  /** `unchanged`: exactly this was installed before. */
  readonly outcome: 'installed' | 'updated' | 'unchanged'
}

/** See `installPlugin` in `commands.ts`. */
export async function install(asked: string, options: InstallOptions): Promise<InstalledPlugin> {
  const { home, cwd = process.cwd(), bundled = [], force = false, onProgress } = options
  const source = resolveSource(asked, { cwd, bundled })
  await sweepStore(home)
  return withStage(home, async stage => {
    const directory = join(stage, 'package')
    onProgress?.('unpack')
    await unpackSource(source, directory)
    onProgress?.('check')
    const plugin = readPackage(directory, source.path)
    copyHostPackages(directory, { bundled })
    judgePackage(plugin, { home, bundled, force })
    const integrity = sealGeneration(directory)
    const generation = `${plugin.id}@${plugin.version}-${integrity.slice('sha256-'.length).slice(0, 8)}`
    if (force || !isIntact(home, plugin.id, integrity)) {
      await compileSchema(plugin.manifest.config, { name: `The config schema of ${source.path}`, strict: true })
      onProgress?.('load')
      await probeEntry({ id: plugin.id, entryFile: plugin.entryFile, confinedTo: directory, shownAs: source.path })
    }
    onProgress?.('commit')
    const outcome = await commitGeneration(home, stage, { plugin, asked, source, generation, integrity })
    const found = findPlugins({ home, bundled, paths: [] }).get(plugin.id)
    if (found?.source === 'installed') return { ...found, outcome }
    throw new HostError('busy', `Plugin ${plugin.id} was removed by another command at once.`, { hint: 'Install it again.' })
  })
}

async function unpackSource({ kind, path }: Source, into: string): Promise<void> {
  if (kind === 'tarball') await unpackTarball(path, into)
  else packFolder(path, readPackage(path).packageJson, into)
}
