import { nestedSecrets } from '../config/nested-secrets.ts'
import { readPreset } from '../config/provider-fields.ts'
import { hostFields } from '../config/settings.ts'
import type { Problem } from '../error.ts'
import { checkSchema } from '../schema/check-schema.ts'
import { nearest } from '../schema/nearest.ts'
import { isReservedId } from './names.ts'
import type { Manifest } from './types.ts'

type Found = Omit<Problem, 'file'>

/** What a manifest of the right shape may still say wrongly: names that mean nothing, secrets where none can be kept, an unsafe schema. */
export function judgeManifest(manifest: Manifest): readonly Found[] {
  return [...nameProblems(manifest), ...hostProblems(manifest), ...presetProblems(manifest), ...configProblems(manifest)]
}

function nameProblems({ id, aliases = [] }: Manifest): readonly Found[] {
  return [['id', id] as const, ...aliases.map((alias, index) => [`aliases.${index}`, alias] as const)]
    .filter(([, name]) => isReservedId(name))
    .map(([path, name]) => ({ message: `"${name}" is reserved.`, path, suggestion: 'Choose another name.' }))
}

function hostProblems({ hosts, config }: Manifest): readonly Found[] {
  const known = Object.keys(config.properties ?? {})
  return hosts.flatMap((host, index) =>
    [...host.matchAll(/\$\{config\.(\w+)\}/g)].flatMap(([, name = '']) => unknownField(name, known, `hosts.${index}`))
  )
}

/** A preset may set the fields that every provider has, although no manifest declares them. */
const common = Object.keys(hostFields)

function presetProblems(manifest: Manifest): readonly Found[] {
  const properties = manifest.config.properties ?? {}
  const known = [...Object.keys(properties), ...common]
  return Object.keys(manifest.presets ?? {}).flatMap(name => {
    const path = `presets.${name}`
    const { values = {}, variables = {}, required = [] } = readPreset(manifest, name) ?? {}
    const fields = Object.keys(values)
    return [
      ...fields.flatMap(key => unknownField(key, known, `${path}.${key}`)),
      ...fields.flatMap(key => (properties[key]?.writeOnly === true ? [secretValue(`${path}.${key}`)] : [])),
      ...Object.keys(variables).flatMap(key => unknownField(key, known, `${path}.x-env.${key}`)),
      ...required.flatMap((key, index) => unknownField(key, known, `${path}.required.${index}`))
    ]
  })
}

function configProblems({ config }: Manifest): readonly Found[] {
  const properties = Object.entries(config.properties ?? {})
  const known = [...properties.map(([name]) => name), ...common]
  return [
    ...checkSchema(config).map(problem => ({ ...problem, path: problem.path === undefined ? 'config' : `config.${problem.path}` })),
    ...(config.required ?? []).flatMap((name, index) => unknownField(name, known, `config.required.${index}`)),
    ...properties
      .filter(([, field]) => field.writeOnly === true && field['default'] !== undefined)
      .map(([name]) => secretValue(`config.properties.${name}.default`)),
    ...nestedSecrets(config.properties ?? {}, '').map(({ message, path }) => ({ message, path: `config.properties.${path}` }))
  ]
}

function unknownField(name: string, known: readonly string[], path: string): readonly Found[] {
  if (known.includes(name)) return []
  const close = nearest(name, known)
  const message = `The config has no field "${name.slice(0, 80)}".`
  return [{ message, path, suggestion: close === undefined ? 'Add it to config.properties.' : `Did you mean ${close}?` }]
}

function secretValue(path: string): Found {
  return { message: 'A secret must not stand in a manifest.', path, suggestion: 'Remove it, and name a variable in x-env.' }
}
