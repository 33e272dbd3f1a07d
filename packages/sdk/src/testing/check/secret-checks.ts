import type { WireRequest } from '../../dialect.ts'
import { allAsks } from './ask.ts'
import { placeholder, wholePlaceholder } from './placeholder.ts'
import type { FixtureCase, Subject } from './subject.ts'
import type { CheckOptions } from './types.ts'
import { each, first, type Task } from './verdict.ts'

/** Keys and tokens stand where the host puts the real ones in, whole, and nowhere else. */
export function secretChecks(subject: Subject): readonly Task[] {
  return [
    {
      group: 'secrets',
      name: 'secrets stay in headers',
      judge: () =>
        each(allAsks(subject), ({ send, variant }) => {
          const wire = send()
          return wire && findSecret(wire, variant.options)
        }) ?? each(subject.fixtures, ({ outcome, variant }) => first(outcome().next ?? [], wire => findSecret(wire, variant.options)))
    },
    { group: 'secrets', name: 'no reply or error tells a secret', judge: () => each(subject.fixtures, findTold) }
  ]
}

/** A secret, or a token made with one, where it could be seen, or where the host would not find it. */
export function findSecret(
  { url, body, headers, warnings }: WireRequest,
  { secrets = [], secretQuery = [] }: CheckOptions
): string | undefined {
  const address = new URL(url)
  for (const name of secretQuery) address.searchParams.delete(name)
  const places = {
    URL: [address.href, unescaped(address.href)],
    body: [JSON.stringify(body ?? null)],
    warnings: [JSON.stringify(warnings ?? [])]
  }
  for (const [place, texts] of Object.entries(places)) {
    const field = secrets.find(name => texts.some(text => formsOf(name).some(form => text.includes(form))))
    if (field !== undefined) return `the secret ${field} is in the ${place}`
    if (texts.some(text => text.includes('{{token:'))) return `a token is in the ${place}`
  }
  return first(Object.entries(headers), ([name, value]) => findSpoiled(name, value, secrets))
}

/** Text and base64, however that falls into the groups of three bytes. */
function formsOf(field: string): readonly string[] {
  const text = placeholder(field)
  const encoded = [0, 1, 2].map(shift =>
    Buffer.from(' '.repeat(shift) + text)
      .toString('base64')
      .slice(shift === 0 ? 0 : 4)
      .replace(/..?=*$/, '')
  )
  return [`secret:${field}`, ...encoded]
}

/** The host puts the real value in for the whole placeholder only. */
function findSpoiled(header: string, value: string, secrets: readonly string[]): string | undefined {
  const rest = value.replaceAll(wholePlaceholder, '')
  const field = secrets.find(name => formsOf(name).some(form => rest.includes(form)))
  if (field !== undefined) return `the secret ${field} is cut or encoded in the header ${header}: the host cannot put it in`
  return rest.includes('{{token:') ? `a token is cut in the header ${header}: the host cannot put it in` : undefined
}

function findTold({ outcome }: FixtureCase): string | undefined {
  const { events, error } = outcome()
  return /\{\{(?:secret|token):/.test(JSON.stringify([events, error])) ? 'what it reads holds a placeholder' : undefined
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
