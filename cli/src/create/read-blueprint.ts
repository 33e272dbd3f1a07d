import { HostError } from '@resoftai/core'
import type { Input } from '../commands/spec.ts'
import type { Context } from '../context.ts'
import type { MessageKey } from '../messages/index.ts'
import type { Prompts } from '../prompts/prompts.ts'
import { kinds, type Blueprint, type Kind } from './blueprint.ts'
import type { PluginName } from './plugin-name.ts'

interface Question {
  readonly option: 'title' | 'apiBase' | 'author'
  readonly flag: string
  readonly text: MessageKey
  /** When nobody says. */
  readonly usual: string
  readonly isGood: (answer: string) => boolean
  readonly fault: MessageKey
}

/** Options, then questions where there is a person, else what is usual. Throws `HostError` `usage`. */
export async function readBlueprint(context: Context, input: Input, name: PluginName): Promise<Blueprint> {
  const prompts = context.interactive ? (await import('../prompts/prompts.ts')).openPrompts(context) : undefined
  const answers = { ...name, kind: await readKind(context, input, prompts), title: '', apiBase: '', author: '' }
  for (const question of questionsFor(name)) answers[question.option] = await readAnswer(question, context, input, prompts)
  return { ...answers, apiBase: answers.apiBase.replace(/\/+$/, '') }
}

function questionsFor({ id, packageName }: PluginName): readonly Question[] {
  const line = { isGood: isLine, fault: 'create.badLine' } as const
  return [
    { option: 'title', flag: '--title', text: 'create.title', usual: toTitle(id), ...line },
    {
      option: 'apiBase',
      flag: '--api-base',
      text: 'create.apiBase',
      usual: `https://api.${id}.example/v1`,
      isGood: isAddress,
      fault: 'create.badAddress'
    },
    { option: 'author', flag: '--author', text: 'create.author', usual: `the authors of ${packageName}`, ...line }
  ]
}

async function readKind({ text }: Context, input: Input, prompts: Prompts | undefined): Promise<Kind> {
  const choices = kinds.map(kind => ({ value: kind, label: text(`create.kind.${kind}`) }))
  const answer = input.value('kind') ?? (await prompts?.select(text('create.kind'), choices)) ?? 'openai'
  const kind = kinds.find(known => known === answer)
  if (kind === undefined) throw new HostError('usage', text('create.badKind', { kinds: kinds.join(', ') }), { hint: text('usage.help') })
  return kind
}

async function readAnswer(question: Question, { text }: Context, input: Input, prompts: Prompts | undefined): Promise<string> {
  const { option, flag, usual, isGood } = question
  const fault = text(question.fault, { flag })
  const given = input.value(option)?.trim()
  if (given !== undefined && !isGood(given)) throw new HostError('usage', fault)
  if (given !== undefined || prompts === undefined) return given ?? usual
  for (;;) {
    const answer = (await prompts.text(text(question.text), usual)).trim()
    if (isGood(answer)) return answer
    prompts.fault(fault)
  }
}

function toTitle(id: string): string {
  const words = id.split('-').filter(word => word !== '')
  return words.map(word => word.slice(0, 1).toUpperCase() + word.slice(1)).join(' ')
}

/** It becomes a line of a file. */
function isLine(text: string): boolean {
  return text !== '' && text.length <= 300 && !/\p{Cc}/u.test(text)
}

function isAddress(text: string): boolean {
  return /^https?:\/\/[^\s\p{Cc}]+$/u.test(text) && URL.canParse(text)
}
