import type { Dialect } from '../../dialect.ts'
import type { ContentPart } from '../../message.ts'
import type { ChatReply } from '../../reply.ts'
import type { ChatRequest } from '../../request.ts'
import type { Subject } from './subject.ts'
import type { Expectation, Golden } from './types.ts'
import type { Task } from './verdict.ts'

/** What shows that a promise is kept, and what to add when nothing does. */
interface Proof {
  readonly isGiven: (subject: Subject) => boolean
  readonly add: string
}

interface Promised {
  /** The part of the dialect that it needs. */
  readonly part?: keyof Dialect & ('embeddings' | 'models')
  readonly proofs: readonly Proof[]
}

const request = (what: string, isIt: (request: ChatRequest) => boolean): Proof => ({
  isGiven: ({ goldens }) => goldens.some(golden => (golden.call === undefined || golden.call === 'chat') && isIt(golden.request)),
  add: `a request ${what} to conformance/encode`
})

const call = (name: Golden['call']): Proof => ({
  isGiven: ({ goldens }) => goldens.some(golden => golden.call === name),
  add: `a request with "call": "${name}" to conformance/encode`
})

const reply = (what: string, isIt: (reply: ChatReply) => boolean): Proof => ({
  isGiven: ({ fixtures }) => fixtures.some(({ outcome }) => isShown(outcome().reply, isIt)),
  add: `a reply ${what} to conformance/replies`
})

const answer = (part: keyof Expectation): Proof => ({
  isGiven: ({ answers }) => answers.some(({ expect }) => expect[part] !== undefined),
  add: `an answer that is expected to be "${part}" to conformance/replies`
})

const promises: Readonly<Record<string, Promised>> = {
  chat: { proofs: [request('for a reply', () => true), reply('that is good', () => true)] },
  stream: {
    proofs: [
      { isGiven: ({ streams }) => streams.some(({ outcome }) => outcome().reply !== undefined), add: 'a stream to conformance/replies' }
    ]
  },
  tools: {
    proofs: [request('with tools', ({ tools }) => tools !== undefined), reply('that calls a tool', ({ toolCalls }) => toolCalls.length > 0)]
  },
  json: { proofs: [request('with a responseFormat', ({ responseFormat }) => responseFormat !== undefined)] },
  vision: { proofs: [request('with an image', holds('image'))] },
  audio: { proofs: [request('with audio', holds('audio'))] },
  files: { proofs: [request('with a file', holds('file'))] },
  reasoning: { proofs: [reply('with reasoning', ({ reasoning }) => reasoning !== '')] },
  embeddings: { part: 'embeddings', proofs: [call('embeddings'), answer('embeddings')] },
  models: { part: 'models', proofs: [call('models'), answer('models')] },
  health: {
    proofs: [{ isGiven: subject => dialectOf(subject).health === undefined || call('health').isGiven(subject), add: call('health').add }]
  }
}

/** What the manifest promises is there, and cases show it. Nothing without a manifest. */
export function providesChecks(subject: Subject): readonly Task[] {
  return (subject.options.provides ?? []).map(word => ({
    group: 'provides',
    name: word,
    judge: () => {
      const { part, proofs } = promises[word] ?? { proofs: [] }
      if (part !== undefined && dialectOf(subject)[part] === undefined) return `the manifest promises it, and the dialect has no ${part}`
      const missing = proofs.filter(({ isGiven }) => !isGiven(subject)).map(({ add }) => add)
      return missing.length === 0 ? undefined : { skipped: `no case shows it: add ${missing.join(', and ')}` }
    }
  }))
}

function dialectOf({ variants: [first] }: Subject): Partial<Dialect> {
  return first?.dialect ?? {}
}

function isShown(shown: ChatReply | undefined, isIt: (reply: ChatReply) => boolean): boolean {
  return shown !== undefined && isIt(shown)
}

function holds(type: ContentPart['type']): (request: ChatRequest) => boolean {
  return ({ messages }) => messages.some(({ content }) => typeof content !== 'string' && content.some(part => part.type === type))
}
