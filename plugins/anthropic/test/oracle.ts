import { createAnthropic } from '@ai-sdk/anthropic'
import type { ChatReply } from '@resoftai/sdk'
import type { Recording } from '../../../tests/recordings/load.ts'

type FinishReason = ChatReply['finishReason']

/** What a client reads from a recorded reply, in the words of this project. */
interface Reading {
  readonly content: string
  readonly reasoning: string
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[]
  readonly citations: readonly string[]
  readonly finishReason: FinishReason
  readonly rawFinishReason: string | undefined
  readonly model: string
  readonly id: string | undefined
  /** 0 where the vendor did not say: the oracle does not tell the two apart. */
  readonly usage: Readonly<Record<'input' | 'output' | 'cached' | 'cacheWrite' | 'reasoning', number>>
}

/** A reading, or why there is none. */
export type Outcome = { readonly reading: Reading } | { readonly failure: string }

/** Our reply as a reading. */
export function readingOf({
  content,
  reasoning,
  toolCalls,
  citations,
  finishReason,
  rawFinishReason,
  model,
  id,
  usage
}: ChatReply): Reading {
  const { inputTokens = 0, outputTokens = 0, cachedTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0 } = usage
  return {
    content,
    reasoning,
    toolCalls,
    citations: citations.map(({ url }) => url),
    finishReason,
    rawFinishReason,
    model,
    id,
    usage: { input: inputTokens, output: outputTokens, cached: cachedTokens, cacheWrite: cacheWriteTokens, reasoning: reasoningTokens }
  }
}

/** What an independent client reads from the same bytes: `@ai-sdk/anthropic`. */
export async function readWithOracle({ status, kind, body }: Recording): Promise<Outcome> {
  const type = kind === 'sse' ? 'text/event-stream' : 'application/json'
  const fetch = () => Promise.resolve(new Response(body, { status, headers: { 'content-type': type } }))
  const model = createAnthropic({ apiKey: 'k', baseURL: 'http://recording/v1', fetch }).languageModel('claude-sonnet-4-5')
  const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }]
  try {
    return kind === 'sse' ? await readParts((await model.doStream({ prompt })).stream) : readContent(await model.doGenerate({ prompt }))
  } catch (error) {
    return { failure: String(error) }
  }
}

type Model = ReturnType<ReturnType<typeof createAnthropic>['languageModel']>
type Generated = Awaited<ReturnType<Model['doGenerate']>>
type Part = Awaited<ReturnType<Model['doStream']>>['stream'] extends ReadableStream<infer Item> ? Item : never
type Content = Generated['content'][number]
type Citation = NonNullable<Extract<Content, { type: 'text' }>['citations']>[number]

function readContent({ content, finishReason, usage, response }: Generated): Outcome {
  const texts = (type: 'text' | 'reasoning') => content.map(part => (part.type === type ? part.text : '')).join('')
  return {
    reading: {
      content: texts('text'),
      reasoning: texts('reasoning'),
      toolCalls: content.flatMap(callsOf),
      citations: urlsOf(content.flatMap(part => (part.type === 'text' ? (part.citations ?? []) : []))),
      ...reasonOf(finishReason),
      model: response?.modelId ?? '',
      id: response?.id,
      usage: usageOf(usage)
    }
  }
}

async function readParts(stream: ReadableStream<Part>): Promise<Outcome> {
  let [content, reasoning, model] = ['', '', '']
  let id: string | undefined
  const toolCalls: Reading['toolCalls'][number][] = []
  const citations: Citation[] = []
  for await (const part of stream) {
    switch (part.type) {
      case 'text-delta':
        content += part.delta
        break
      case 'reasoning-delta':
        reasoning += part.delta
        break
      case 'response-metadata':
        model = part.modelId ?? ''
        id = part.id
        break
      case 'text-end':
        citations.push(...(part.citations ?? []))
        break
      case 'tool-call':
        toolCalls.push(...callsOf(part))
        break
      case 'error':
        return { failure: String((part.error as { message?: unknown }).message ?? part.error) }
      case 'finish': {
        const usage = usageOf(part.usage)
        return {
          reading: { content, reasoning, toolCalls, citations: urlsOf(citations), ...reasonOf(part.finishReason), model, id, usage }
        }
      }
      default:
    }
  }
  return { failure: 'The stream ended without a finish.' }
}

/** Calls that the vendor runs itself are the oracle's too, but nobody's to answer. */
function callsOf(part: Content): Reading['toolCalls'] {
  if (part.type !== 'tool-call' || part.providerExecuted === true) return []
  return [{ id: part.toolCallId, name: part.toolName, arguments: part.input }]
}

/** Each address once; places in documents that were sent have none. What a search found is the oracle's `source`, cited or not. */
function urlsOf(citations: readonly Citation[]): readonly string[] {
  return [...new Set(citations.flatMap(({ source }) => (source.sourceType === 'url' ? [source.url] : [])))]
}

const reasons: Readonly<Record<string, FinishReason>> = { 'tool-calls': 'tool_calls', 'content-filter': 'content_filter', other: 'unknown' }

function reasonOf({ unified, raw }: Generated['finishReason']): Pick<Reading, 'finishReason' | 'rawFinishReason'> {
  return { finishReason: reasons[unified] ?? (unified as FinishReason), rawFinishReason: raw }
}

function usageOf({ inputTokens, outputTokens }: Generated['usage']): Reading['usage'] {
  return {
    input: inputTokens.total ?? 0,
    output: outputTokens.total ?? 0,
    cached: inputTokens.cacheRead ?? 0,
    cacheWrite: inputTokens.cacheWrite ?? 0,
    reasoning: outputTokens.reasoning ?? 0
  }
}
