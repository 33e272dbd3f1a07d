import type { Problem } from '../error.ts'
import type { Manifest } from '../plugins/types.ts'
import { compileSchema } from '../schema/compile.ts'
import { nearest } from '../schema/nearest.ts'
import { expandHosts } from './allowed-hosts.ts'
import { deepFreeze } from './deep-freeze.ts'
import { gatherFields } from './gather-fields.ts'
import { judgeHeaders } from './headers.ts'
import { missingFields, waysToSet } from './missing-fields.ts'
import { placeProblem } from './place-problem.ts'
import { providerFields, providerSchema, readPreset } from './provider-fields.ts'
import { nestedSecrets } from './nested-secrets.ts'
import { isRecord } from './record.ts'
import { secretSets } from './secret-map.ts'
import type { SecretStore } from './secret-store.ts'
import { toSettings } from './settings.ts'
import type { HostConfig, ProviderEntry, Resolution } from './types.ts'

export interface ResolveInput {
  readonly name: string
  /** What the configuration says about it; `{ plugin, preset }` for a provider that no file names. */
  readonly entry: ProviderEntry
  readonly manifest: Manifest
  readonly manifestFile: string
  readonly config: HostConfig
  readonly secrets: SecretStore
}

/**
 * Makes a provider's config complete and checks it; every problem is listed at once. Secrets leave only through `secrets` of the result:
 * everywhere else stands `{{secret:<field>}}`. Throws `HostError` only when the manifest's schema or the secret store is unusable.
 */
export async function resolveProvider({ name, entry, manifest, manifestFile, config, secrets }: ResolveInput): Promise<Resolution> {
  const presetName = entry['preset']
  const preset = typeof presetName === 'string' ? readPreset(manifest, presetName) : undefined
  if (presetName !== undefined && preset === undefined) {
    const problem = unknownPreset(presetName, manifest)
    return { ok: false, problems: [placeProblem(problem, { name, config, manifestFile, origins: {} })] }
  }
  const fields = providerFields(manifest)
  const validate = await compileSchema(providerSchema(manifest, fields), { name: `The config schema of plugin ${manifest.id}` })
  const gathered = await gatherFields(fields, { name, entry, preset, config, secrets })
  const { values, origins, spoilt } = gathered
  if (origins['max_retries']?.from === 'default' && config.retry.max_retries !== undefined) {
    values['max_retries'] = config.retry.max_retries
    origins['max_retries'] = config.origin('retry.max_retries') ?? { from: 'option' }
  }

  /** A schema may require a field only in some cases, which its own message does not explain. */
  const explainMissing = (problem: Problem): Problem => {
    const { path = '' } = problem
    const isMissing = fields[path] !== undefined && values[path] === undefined
    return isMissing ? { ...problem, suggestion: waysToSet(path, name, fields[path], preset) } : problem
  }
  const missing = missingFields({ name, manifest, preset, fields, values, spoilt })
  const found: Problem[] = [
    ...gathered.problems,
    ...missing,
    ...validate(values)
      .filter(({ path = '' }) => !spoilt.has(topOf(path)) && !missing.some(problem => problem.path === path))
      .map(problem => explainMissing(problem)),
    ...nestedSecrets(fields, manifestFile)
  ]
  const wrong = new Set(found.map(({ path = '' }) => topOf(path)))
  if (!wrong.has('headers')) found.push(...headerProblems(values['headers']))
  const { allowed, reach, problems } = expandHosts(manifest.hosts, values, origins)
  found.push(
    ...problems
      .filter(({ path = '' }) => !wrong.has(path))
      .map(problem => (problem.path === undefined ? { ...problem, file: manifestFile } : problem))
  )
  if (found.length > 0) return { ok: false, problems: found.map(problem => placeProblem(problem, { name, config, manifestFile, origins })) }

  const checked = deepFreeze(values)
  return {
    ok: true,
    provider: Object.freeze({
      name,
      preset: preset?.name,
      settings: toSettings(checked, config.retry),
      config: checked,
      secrets: gathered.secrets,
      secretSets: secretSets(gathered.secrets, gathered.moreSecrets),
      allowedHosts: Object.freeze(allowed),
      reach,
      origins: Object.freeze(origins)
    })
  }
}

function unknownPreset(asked: unknown, { id, presets = {} }: Manifest): Problem {
  if (typeof asked !== 'string') return { message: 'preset must be a text.', path: 'preset' }
  const known = Object.keys(presets)
  const close = nearest(asked, known)
  const suggestion =
    close !== undefined ? `Did you mean ${close}?` : known.length > 0 ? `It has: ${known.join(', ')}.` : 'Remove the line: it has none.'
  return { message: `Plugin ${id} has no preset "${asked.slice(0, 80)}".`, path: 'preset', suggestion }
}

function headerProblems(headers: unknown): readonly Problem[] {
  if (!isRecord(headers)) return []
  return judgeHeaders(headers).map(({ name, message }) => ({
    message: `${JSON.stringify(name)} ${message}.`,
    path: `headers.${name}`
  }))
}

function topOf(path: string): string {
  return path.split('.')[0] ?? ''
}
