import type { Problem } from '../error.ts'
import type { ConfigField } from '../plugins/types.ts'
import { isHeaderValue } from './headers.ts'
import { isWritten, pickElsewhere, pickField, type FieldSources } from './pick-field.ts'
import { entryKeys } from './provider-fields.ts'
import { isRecord } from './record.ts'
import { SecretMap } from './secret-map.ts'
import { placeholder, soundsSecret } from './secret-value.ts'
import { takeSecrets } from './take-secret.ts'
import type { HostConfig, Origin } from './types.ts'

interface Gathered {
  /** Own copies; secrets as placeholders. */
  readonly values: Record<string, unknown>
  readonly secrets: SecretMap
  /** Further values of secrets that have several, by placeholder. */
  readonly moreSecrets: Map<string, readonly string[]>
  readonly origins: Record<string, Origin>
  readonly problems: Problem[]
  /** Fields of which enough is said in `problems`. */
  readonly spoilt: Set<string>
}

/** The value of every field, from wherever it comes, and keys of the entry that are no field. */
export async function gatherFields(
  fields: Readonly<Record<string, ConfigField>>,
  sources: FieldSources & { readonly config: Pick<HostConfig, 'unset'> }
): Promise<Gathered> {
  const { name, entry, config } = sources
  const values: Record<string, unknown> = {}
  const origins: Record<string, Origin> = {}
  const gathered: Gathered = { values, secrets: new SecretMap(), moreSecrets: new Map(), origins, problems: [], spoilt: new Set() }
  for (const [key, value] of Object.entries(entry)) {
    if (!entryKeys.has(key) && !Object.hasOwn(fields, key)) values[key] = structuredClone(value)
  }
  for (const [key, field] of Object.entries(fields)) {
    const path = `providers.${name}.${key}`
    const unset = isWritten(key, sources) ? config.unset.filter(problem => `${problem.path}.`.startsWith(`${path}.`)) : []
    const whole = unset.some(problem => problem.path === path)
    // `${KEY}` in a shared file, and the key in the secret store: nothing is missing.
    const picked = whole ? (field.writeOnly === true ? pickElsewhere(key, field, sources) : undefined) : pickField(key, field, sources)
    if (unset.length > 0 && picked?.origin.from !== 'secret') {
      gathered.problems.push(...unset)
      gathered.spoilt.add(key)
    } else if (picked !== undefined) {
      origins[key] = picked.origin
      if (field.writeOnly !== true) values[key] = structuredClone(picked.value)
      else {
        const taken = await takeSecrets(key, field, picked)
        if (taken.ok) {
          const [first, ...more] = taken.secrets
          values[key] = placeholder(key)
          gathered.secrets.set(placeholder(key), first)
          if (more.length > 0) gathered.moreSecrets.set(placeholder(key), more)
        } else {
          gathered.problems.push(taken.problem)
          gathered.spoilt.add(key)
        }
      }
    }
  }
  hideHeaders(gathered, path => variablesAt(config.origin(`providers.${name}.${path}`)))
  return gathered
}

/** A header that sounds like a secret, or is made from a variable that does, is treated as one. */
function hideHeaders({ values, secrets }: Gathered, variables: (path: string) => readonly string[]): void {
  if (!isRecord(values['headers'])) return
  const headers: Record<string, unknown> = { ...values['headers'] }
  for (const [name, value] of Object.entries(headers)) {
    if (!isHeaderValue(value) || value === '' || !/^[\w-]+$/.test(name)) continue
    if (!soundsSecret(name) && !variables(`headers.${name}`).some(soundsSecret)) continue
    const hidden = placeholder(`headers.${name}`)
    headers[name] = hidden
    secrets.set(hidden, value)
  }
  values['headers'] = headers
}

function variablesAt(origin: Origin | undefined): readonly string[] {
  return origin?.from === 'file' ? (origin.variables ?? []) : []
}
