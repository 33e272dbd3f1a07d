import { statSync } from 'node:fs'
import { join } from 'node:path'
import { ConformanceError, readConformance, type CheckOptions as Cases } from '@resoftai/sdk/testing'
import { providerFields, providerSchema } from '../config/provider-fields.ts'
import { placeholder } from '../config/secret-value.ts'
import { HostError, type Problem } from '../error.ts'
import { compileSchema } from '../schema/compile.ts'
import { judge, skip, type PluginCheck } from './check-result.ts'
import { runSuite, type SuiteOptions } from './check-suite.ts'
import type { PluginPackage } from './manifest.ts'
import { sampleConfig } from './sample-config.ts'
import type { Manifest } from './types.ts'

/** Puts the packed copy of a plugin through the conformance suite, with the cases of the folder it was packed from: they are not published. */
export async function checkConformance(
  plugin: PluginPackage,
  made: 'dialect' | 'provider',
  copy: string,
  options: SuiteOptions
): Promise<readonly PluginCheck[]> {
  if (made === 'provider')
    return [skip('package', 'conformance', 'create() makes a provider of its own: only a dialect can be tried offline.')]
  const folder = join(plugin.directory, 'conformance')
  let cases: Cases | undefined
  const read = await judge('package', 'conformance', async () => {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return
    cases = readCases(folder)
    return configProblems(cases, plugin.manifest, folder)
  })
  if (!read.ok) return [read]
  return [cases === undefined ? noCases : read, ...(await runSuite(plugin, copy, cases ?? genericCases(plugin.manifest), options))]
}

const noCases = skip(
  'package',
  'conformance',
  'There is no folder "conformance": nothing shows what this vendor is sent, and what it answers.'
)

function readCases(folder: string): Cases {
  try {
    return readConformance(folder)
  } catch (error) {
    if (!(error instanceof ConformanceError)) throw error
    throw new HostError('plugin', `${folder} cannot be used.`, { problems: error.problems })
  }
}

/** Every config that a case asks for must be one that a user could have. */
async function configProblems(
  { config = {}, secrets = [], goldens = [], fixtures = [] }: Cases,
  manifest: Manifest,
  folder: string
): Promise<readonly Problem[]> {
  const validate = await compileSchema(providerSchema(manifest, providerFields(manifest)))
  const keys = Object.fromEntries(secrets.map(field => [field, placeholder(field)]))
  const problems = [{ file: join(folder, 'config.json'), config: {} }, ...goldens, ...fixtures].flatMap(({ file, config: over }) => {
    if (over === undefined) return []
    const values = Object.entries({ ...keys, ...config, ...over }).filter(([, value]) => value !== null)
    return validate(Object.fromEntries(values), { prefix: ['config'] }).map((problem): Problem =>
      file === undefined ? problem : { ...problem, file }
    )
  })
  // What is wrong with the config of all is not wrong with each.
  return problems.filter(
    (problem, index) => problems.findIndex(({ message, path }) => message === problem.message && path === problem.path) === index
  )
}

/** For a plugin without cases: what holds for every dialect is tried with a config made from the manifest. */
function genericCases(manifest: Manifest): Cases {
  const { config, hosts, secretQuery, provides } = manifest
  const secrets = Object.entries(config.properties ?? {}).flatMap(([name, field]) => (field.writeOnly === true ? [name] : []))
  const values = Object.entries(sampleConfig(manifest)).filter(([name]) => !secrets.includes(name))
  return { config: Object.fromEntries(values), secrets, hosts, provides, ...(secretQuery !== undefined && { secretQuery }) }
}
