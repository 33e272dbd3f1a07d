import { isProviderError } from '../../error.ts'
import type { ChatReply } from '../../reply.ts'
import { describe, difference, show } from './difference.ts'
import { inFull } from './encode-checks.ts'
import { parseLeniently } from '../../json.ts'
import type { FixtureCase, Subject } from './subject.ts'
import type { Expectation, Pair } from './types.ts'
import { inFile, type Task } from './verdict.ts'

/** What comes back means what its fixture says, and the same whole as in pieces. */
export function replyChecks({ fixtures, answers, options: { pairs = [] } }: Subject): readonly Task[] {
  const noCase = { skipped: 'no answer of the vendor is shown: add one to conformance/replies' }
  return [
    ...(fixtures.length > 0 ? [] : [{ group: 'replies', name: 'a reply', judge: () => noCase } as const]),
    ...fixtures.map((fixture): Task => ({
      group: fixture.expect.errorKind === undefined ? 'replies' : 'errors',
      name: `fixture ${fixture.name}`,
      judge: () => inFile(fixture.file, matchFixture(fixture))
    })),
    ...answers.map((answer): Task => ({
      group: 'replies',
      name: `fixture ${answer.name}`,
      judge: () => inFile(answer.file, matchAnswer(answer))
    })),
    ...pairs.map((pair): Task => ({
      group: 'replies',
      name: `pair ${pair.whole} = ${pair.stream}`,
      judge: () => matchPair(fixtures, pair)
    }))
  ]
}

function matchFixture({ expect, outcome, variant, body }: FixtureCase): string | undefined {
  const { reply, error, flaw, next = [] } = outcome()
  if (flaw !== undefined) return flaw
  const asked = expect.next && difference(next.map(inFull), expect.next.map(inFull), 'next')
  if (asked !== undefined) return asked
  if (expect.errorKind !== undefined) {
    if (error !== undefined && !isProviderError(error)) return `decodeError gave ${show(error)}, which is no ProviderError`
    return difference(error?.kind, expect.errorKind, 'errorKind') ?? (expect.error && compareGiven(error, expect.error, 'error'))
  }
  if (reply !== undefined) return compareReply(reply, expect)
  if (error !== undefined) {
    return body === undefined && variant.dialect.decode === undefined
      ? 'the dialect cannot read a whole reply: it has no decode'
      : `it failed with ${describe(error)} (${error.kind})`
  }
  if (next.length > 0) return 'it asks for one more answer: add it to `further`'
  return 'decodeError sees no error in it'
}

/** What of a reply can be compared, by the name it has in a fixture. */
const parts: { readonly [Part in keyof Expectation]?: (reply: ChatReply) => unknown } = {
  content: ({ content }) => content,
  reasoning: ({ reasoning }) => reasoning,
  finishReason: ({ finishReason }) => finishReason,
  usage: ({ usage }) => usage,
  model: ({ model }) => model,
  citations: ({ citations }) => citations,
  warnings: ({ warnings }) => warnings,
  providerData: ({ message }) => message.providerData
}

function compareReply(reply: ChatReply, expect: Expectation): string | undefined {
  for (const [part, read] of Object.entries(parts)) {
    const expected = expect[part as keyof Expectation]
    const found = expected === undefined ? undefined : difference(read(reply), expected, part)
    if (found !== undefined) return found
  }
  const calls = expect.toolCalls?.map((call, index) => ({ ...reply.toolCalls[index], ...call }))
  return calls && difference(reply.toolCalls, calls, 'toolCalls')
}

/** Only what is expected is looked at. */
function compareGiven(actual: object | undefined, expected: object, path: string): string | undefined {
  const given = Object.keys(expected).map(key => [key, (actual as Readonly<Record<string, unknown>> | undefined)?.[key]])
  return difference(Object.fromEntries(given), expected, path)
}

function matchAnswer({ variant: { dialect }, json, expect: { models, embeddings, tokens } }: FixtureCase): string | undefined {
  if (models !== undefined) {
    const found = dialect.models?.decode(json)
    if (found === undefined) return 'the dialect has no models'
    const missing = models.find(model => !found.some(one => compareGiven(one, model, '') === undefined))
    return missing && `the model ${show(missing)} is not in ${show(found)}`
  }
  if (embeddings !== undefined) {
    return dialect.embeddings === undefined
      ? 'the dialect has no embeddings'
      : compareGiven(dialect.embeddings.decode(json), embeddings, 'embeddings')
  }
  return dialect.tokens === undefined ? 'the dialect has no tokens' : difference(dialect.tokens.decode(json), tokens, 'tokens')
}

function matchPair(fixtures: readonly FixtureCase[], { stream, whole }: Pair): string | undefined {
  const [streamed, complete] = [stream, whole].map(name => fixtures.find(fixture => fixture.name === name)?.outcome().reply)
  if (streamed === undefined || complete === undefined) return `there is no reply in the fixture ${streamed === undefined ? stream : whole}`
  return difference(essence(streamed), essence(complete))
}

/** Ids may be made up anew, and arguments written in another way. */
function essence({ content, reasoning, toolCalls, finishReason }: ChatReply): unknown {
  return {
    content,
    reasoning,
    finishReason,
    toolCalls: toolCalls.map(({ name, arguments: text }) => ({ name, arguments: parseLeniently(text) }))
  }
}
