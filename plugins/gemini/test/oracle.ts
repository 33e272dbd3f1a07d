import { createGoogleGenerativeAI } from '@ai-sdk/google'
import type { ChatReply, FinishReason } from '@resoftai/sdk'
import type { Recording } from '../../../tests/recordings/load.ts'

/** What a client reads from a recorded reply, in the words of this project. Ids are left out: where the vendor sends none each makes its own. */
export interface Reading {
  readonly content: string
  readonly reasoning: string
  readonly toolCalls: readonly { readonly name: string; readonly arguments: string }[]
  readonly finishReason: FinishReason
  /** The addresses of its sources. */
  readonly sources: readonly string[]
  /** 0 where the vendor did not say: the oracle does not tell the two apart. */
  readonly usage: { readonly input: number; readonly output: number; readonly cached: number; readonly reasoning: number }
}

/** Our reply as a reading. */
export function readingOf({ content, reasoning, toolCalls, finishReason, citations, usage }: ChatReply): Reading {
  const { inputTokens = 0, outputTokens = 0, cachedTokens = 0, reasoningTokens = 0 } = usage
  return {
    content,
    reasoning,
    toolCalls: toolCalls.map(call => ({ name: call.name, arguments: call.arguments })),
    finishReason,
    sources: citations.map(({ url }) => url),
    usage: { input: inputTokens, output: outputTokens, cached: cachedTokens, reasoning: reasoningTokens }
  }
}

/** A reading, or why there is none. */
export type Outcome = { readonly reading: Reading } | { readonly failure: string }

/** What an independent client reads from the same bytes: `@ai-sdk/google`. */
export async function readWithOracle({ body, kind, status }: Recording): Promise<Outcome> {
  const type = kind === 'sse' ? 'text/event-stream' : 'application/json'
  const fetch = () => Promise.resolve(new Response(body, { status, headers: { 'content-type': type } }))
  const model = createGoogleGenerativeAI({ apiKey: 'k', baseURL: 'http://recording', fetch })('gemini-2.5-flash')
  const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }]
  try {
    return kind === 'sse' ? await readParts((await model.doStream({ prompt })).stream) : readContent(await model.doGenerate({ prompt }))
  } catch (error) {
    return { failure: String(error) }
  }
}

type Model = ReturnType<ReturnType<typeof createGoogleGenerativeAI>>
type Generated = Awaited<ReturnType<Model['doGenerate']>>
type Part = Awaited<ReturnType<Model['doStream']>>['stream'] extends ReadableStream<infer Item> ? Item : never
type Piece = Generated['content'][number]

function readContent({ content, finishReason, usage }: Generated): Outcome {
  const texts = (type: 'text' | 'reasoning') => content.map(part => (part.type === type ? part.text : '')).join('')
  return { reading: reading([texts('text'), texts('reasoning')], content, finishReason, usage) }
}

async function readParts(stream: ReadableStream<Part>): Promise<Outcome> {
  const texts: [content: string, reasoning: string] = ['', '']
  const pieces: Piece[] = []
  for await (const part of stream) {
    if (part.type === 'text-delta') texts[0] += part.delta
    else if (part.type === 'reasoning-delta') texts[1] += part.delta
    else if (part.type === 'tool-call' || part.type === 'source') pieces.push(part)
    else if (part.type === 'error') return { failure: String((part.error as { message?: unknown }).message ?? part.error) }
    else if (part.type === 'finish') return { reading: reading(texts, pieces, part.finishReason, part.usage) }
  }
  return { failure: 'The stream ended without a finish.' }
}

function reading(
  [content, reasoning]: readonly [string, string],
  pieces: readonly Piece[],
  { unified }: Generated['finishReason'],
  { inputTokens, outputTokens }: Generated['usage']
): Reading {
  return {
    content,
    reasoning,
    // Code that the vendor runs itself is no call of ours.
    toolCalls: pieces.flatMap(part =>
      part.type === 'tool-call' && part.providerExecuted !== true ? [{ name: part.toolName, arguments: part.input }] : []
    ),
    finishReason: reasons[unified] ?? (unified as FinishReason),
    sources: [...new Set(pieces.flatMap(part => (part.type === 'source' && part.sourceType === 'url' ? [part.url] : [])))],
    usage: {
      input: inputTokens.total ?? 0,
      output: outputTokens.total ?? 0,
      cached: inputTokens.cacheRead ?? 0,
      reasoning: outputTokens.reasoning ?? 0
    }
  }
}

const reasons: Readonly<Record<string, FinishReason>> = { 'tool-calls': 'tool_calls', 'content-filter': 'content_filter', other: 'unknown' }
