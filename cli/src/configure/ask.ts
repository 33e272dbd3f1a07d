import type { ConfigField, FoundPlugin, Preset, Problem } from '@resoftai/core'
import type { Context } from '../context.ts'
import { localText } from '../local-text.ts'
import type { FieldQuestion } from '../prompts/field.ts'
import type { Prompts } from '../prompts/prompts.ts'
import { typedValue } from '../prompts/typed-value.ts'

/** The preset somebody chose; `undefined` for none. */
export async function askPreset(prompts: Prompts, { manifest }: FoundPlugin, { text, locale }: Context): Promise<string | undefined> {
  const presets = Object.entries(manifest.presets ?? {})
  if (presets.length === 0) return undefined
  const choices = presets.map(([name, preset]) => ({ value: name, label: labelOf(name, preset, locale) }))
  const none = { value: '', label: text('configure.noPreset') }
  return (await prompts.select(text('configure.choosePreset'), [...choices, none])) || undefined
}

function labelOf(name: string, preset: Preset, locale: Context['locale']): string {
  const title = localText(preset.title, locale)
  const address = typeof preset['api_base'] === 'string' ? preset['api_base'] : ''
  return [title === '' ? name : title, address].filter(part => part !== '').join(' · ')
}

/** Asks until `accept` finds nothing wrong. `undefined` is the answer that leaves the field as it is. */
export async function askField(
  question: FieldQuestion,
  prompts: Prompts,
  accept: (answer: unknown) => Promise<readonly Problem[]>
): Promise<void> {
  for (;;) {
    const problems = await accept(await ask(question, prompts))
    if (problems.length === 0) return
    for (const { message, suggestion } of problems) prompts.fault([message, suggestion].filter(part => part !== undefined).join(' '))
  }
}

async function ask({ kind, field, label, initial }: FieldQuestion, prompts: Prompts): Promise<unknown> {
  switch (kind) {
    case 'switch': {
      const answer = await prompts.confirm(label, initial === 'true')
      return String(answer) === initial ? undefined : answer
    }
    case 'choice': {
      const values = choicesOf(field)
      const choices = values.map(value => ({ value: String(value), label: String(value) }))
      const answer = await prompts.select(label, choices, initial === '' ? undefined : initial)
      return answer === initial ? undefined : values.find(value => String(value) === answer)
    }
    case 'secret':
      return (await prompts.secret(label)).trim() || undefined
    case 'text': {
      const answer = await prompts.text(label, initial)
      return answer === initial ? undefined : typedValue(answer, field)
    }
  }
}

function choicesOf(field: ConfigField): readonly unknown[] {
  return Array.isArray(field['enum']) ? field['enum'] : []
}
