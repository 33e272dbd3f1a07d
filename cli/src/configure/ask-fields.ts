import type { ConfigField, Preset, Problem, Resolution } from '@resoftai/core'
import type { Context } from '../context.ts'
import { questionFor } from '../prompts/field.ts'
import type { Prompts } from '../prompts/prompts.ts'
import type { Setup } from '../setup.ts'
import { askField } from './ask.ts'
import { isSecret, type Draft } from './draft.ts'

export interface AskFields {
  readonly draft: Draft
  readonly setup: Setup
  /** Judges the draft as it is. */
  readonly resolve: () => Promise<Resolution>
  readonly prompts: Prompts
  readonly context: Context
  /** Not only what is missing or wrong. */
  readonly everything: boolean
}

/** Asks a person for the fields that matter, and for the others if wanted. The answers are in the draft. */
export async function askFields(asking: AskFields): Promise<void> {
  const { draft, prompts, context, everything } = asking
  const fields = Object.entries(draft.plugin.manifest.config.properties ?? {})
  const wrong = await problemsOf(asking)
  const matters = ([key, field]: readonly [string, ConfigField]) =>
    concerns(wrong, key).length > 0 || (everything && isImportant(key, field, asking))
  for (const [key, field] of fields.filter(matters)) await askOne(key, field, asking)
  if (!everything) return
  const others = fields.filter(
    field => !matters(field) && !Object.hasOwn(draft.values, field[0]) && questionOf(field[0], field[1], asking) !== undefined
  )
  if (others.length === 0) return
  const question = context.text('configure.more', { count: others.length })
  if (await prompts.confirm(question, false)) for (const [key, field] of others) await askOne(key, field, asking)
}

async function askOne(key: string, field: ConfigField, asking: AskFields): Promise<void> {
  const { draft, context } = asking
  const question = questionOf(key, field, asking)
  if (question === undefined) return
  await askField(question, asking.prompts, async answer => {
    if (typeof answer === 'string' && isSecret(field)) {
      context.redactor.add(answer)
      draft.secrets.set(key, answer)
    } else if (answer !== undefined) draft.values[key] = answer
    return concerns(await problemsOf(asking), key)
  })
}

function questionOf(key: string, field: ConfigField, asking: AskFields) {
  const { context } = asking
  const question = questionFor(key, field, current(key, field, asking), context.locale)
  const source = question?.kind === 'secret' ? secretSource(key, field, asking) : undefined
  return question === undefined || source === undefined
    ? question
    : { ...question, label: `${question.label} · ${context.text('configure.secretElsewhere', { source })}` }
}

/** What is required and not given by the preset, secrets that the preset does not do without, and the model. */
function isImportant(key: string, field: ConfigField, { draft }: AskFields): boolean {
  const preset = presetOf(draft)
  if (key === 'default_model') return true
  const required = [
    ...(draft.plugin.manifest.config.required ?? []),
    ...(Array.isArray(preset?.['required']) ? preset['required'] : [])
  ].includes(key)
  return preset === undefined ? required || isSecret(field) : required && !Object.hasOwn(preset, key)
}

function current(key: string, field: ConfigField, { draft, setup }: AskFields): unknown {
  const preset = presetOf(draft)
  return draft.values[key] ?? setup.config.providers[draft.name]?.[key] ?? preset?.[key] ?? field['default']
}

/** Where a secret comes from when nothing is typed. */
function secretSource(key: string, field: ConfigField, { draft, setup }: AskFields): string | undefined {
  if (setup.secrets.get(draft.name, key) !== undefined) return setup.secrets.place
  const preset = presetOf(draft)
  const variables = preset === undefined ? field['x-env'] : preset['x-env']?.[key]
  return variables?.find(variable => setup.config.env[variable])
}

function presetOf({ plugin, preset }: Draft): Preset | undefined {
  return preset === undefined ? undefined : plugin.manifest.presets?.[preset]
}

async function problemsOf({ resolve }: AskFields): Promise<readonly Problem[]> {
  const resolution = await resolve()
  return resolution.ok ? [] : resolution.problems
}

function concerns(problems: readonly Problem[], key: string): readonly Problem[] {
  return problems.filter(({ path = '' }) => path.split('.').includes(key))
}
