import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkCode } from './check-code.ts'
import { checkConformance } from './check-conformance.ts'
import { checkManifest } from './check-manifest.ts'
import { judge, type PluginCheck } from './check-result.ts'
import type { SuiteOptions } from './check-suite.ts'
import type { Problem } from '../error.ts'
import { readManifest } from './manifest.ts'
import { unpackTarball } from './tarball.ts'

export type { PluginCheck } from './check-result.ts'

export interface CheckOptions extends SuiteOptions {
  /** Folders of the plugins that come with the host. */
  readonly bundled?: readonly string[]
  /** Runs the conformance suite too, with the cases of the folder `conformance`. Default: false. */
  readonly conformance?: boolean
}

/** See `checkPlugin` in `commands.ts`. */
export async function check(path: string, options: CheckOptions = {}): Promise<readonly PluginCheck[]> {
  const stage = mkdtempSync(join(tmpdir(), 'resoftai-check-'))
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return await checkFolder(path, stage, options)
    const directory = join(stage, 'unpacked')
    await unpackTarball(path, directory)
    const checks = await checkFolder(directory, stage, options)
    const shown = (problem: Problem): Problem =>
      problem.file === undefined ? problem : { ...problem, file: problem.file.replace(directory, path) }
    return checks.map(one => ({ ...one, problems: one.problems.map(shown) }))
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

async function checkFolder(directory: string, stage: string, options: CheckOptions): Promise<readonly PluginCheck[]> {
  const { bundled = [], conformance = false } = options
  const reading = readManifest(directory)
  if (!reading.ok) return [await judge('manifest', 'manifest', () => reading.problems)]
  const checks = await checkManifest(reading.plugin)
  const copy = join(stage, 'package')
  const { checks: ofCode, made } = await checkCode(
    reading.plugin,
    copy,
    bundled,
    checks.every(({ ok }) => ok)
  )
  const suite = conformance && made !== undefined ? await checkConformance(reading.plugin, made, copy, options) : []
  return [...checks, ...ofCode, ...suite]
}
