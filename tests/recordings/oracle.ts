import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { ChatReply } from '@resoftai/sdk'
import type { Recording } from './load.ts'

type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'error' | 'unknown'

/** What a client reads from a recorded reply, in the words of this project. */
interface Reading {
  readonly content: string
  readonly reasoning: string
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[]
  readonly finishReason: FinishReason
  /** 0 where the vendor did not say: the oracle does not tell the two apart. */
  readonly usage: { readonly input: number; readonly output: number; readonly cached: number; readonly reasoning: number }
}

/** Our reply as a reading. */
export function readingOf({ content, reasoning, toolCalls, finishReason, usage }: ChatReply): Reading {
  // What the host estimated is not in the recording.
  const { inputTokens = 0, outputTokens = 0, cachedTokens = 0, reasoningTokens = 0 } = usage.estimated === true ? {} : usage
  return {
    content,
    reasoning,
    toolCalls,
    finishReason,
    usage: { input: inputTokens, output: outputTokens, cached: cachedTokens, reasoning: reasoningTokens }
  }
}

/** A reading, or why there is none. */
export type Outcome = { readonly reading: Reading } | { readonly failure: string }

/** What an independent client reads from the same bytes: `@ai-sdk/openai-compatible`. */
export async function readWithOracle(recording: Recording): Promise<Outcome> {
  const model = provider(recording).chatModel('asked-model')
  try {
    const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }]
    return recording.kind === 'sse'
      ? await readParts((await model.doStream({ prompt })).stream)
      : readContent(await model.doGenerate({ prompt }))
  } catch (error) {
    return { failure: String(error) }
  }
}

export async function readVectorsWithOracle(
  recording: Recording
): Promise<{ readonly vectors: readonly (readonly number[])[]; readonly input: number }> {
  const { embeddings, usage } = await provider(recording)
    .embeddingModel('asked-model')
    .doEmbed({ values: ['a'] })
  return { vectors: embeddings, input: usage?.tokens ?? 0 }
}

function provider({ status, kind, body }: Recording) {
  const type = kind === 'sse' ? 'text/event-stream' : 'application/json'
  const fetch = () => Promise.resolve(new Response(body, { status, headers: { 'content-type': type } }))
  return createOpenAICompatible({ name: 'oracle', baseURL: 'http://recording', fetch })
}

type Model = ReturnType<ReturnType<typeof provider>['chatModel']>
type Generated = Awaited<ReturnType<Model['doGenerate']>>
type Part = Awaited<ReturnType<Model['doStream']>>['stream'] extends ReadableStream<infer Item> ? Item : never

function readContent({ content, finishReason, usage }: Generated): Outcome {
  const texts = (type: 'text' | 'reasoning') => content.map(part => (part.type === type ? part.text : '')).join('')
  const toolCalls = content.flatMap(part => (part.type === 'tool-call' ? [callOf(part)] : []))
  return {
    reading: {
      content: texts('text'),
      reasoning: texts('reasoning'),
      toolCalls,
      finishReason: reasonOf(finishReason),
      usage: usageOf(usage)
    }
  }
}

async function readParts(stream: ReadableStream<Part>): Promise<Outcome> {
  let [content, reasoning] = ['', '']
  const toolCalls: Reading['toolCalls'][number][] = []
  for await (const part of stream) {
    if (part.type === 'text-delta') content += part.delta
    else if (part.type === 'reasoning-delta') reasoning += part.delta
    else if (part.type === 'tool-call') toolCalls.push(callOf(part))
    else if (part.type === 'error') return { failure: String((part.error as { message?: unknown }).message ?? part.error) }
    else if (part.type === 'finish') {
      return { reading: { content, reasoning, toolCalls, finishReason: reasonOf(part.finishReason), usage: usageOf(part.usage) } }
    }
  }
  return { failure: 'The stream ended without a finish.' }
}

function callOf({ toolCallId, toolName, input }: { toolCallId: string; toolName: string; input: string }): Reading['toolCalls'][number] {
  return { id: toolCallId, name: toolName, arguments: input }
}

const reasons: Readonly<Record<string, FinishReason>> = { 'tool-calls': 'tool_calls', 'content-filter': 'content_filter', other: 'unknown' }

function reasonOf({ unified }: Generated['finishReason']): FinishReason {
  return reasons[unified] ?? (unified as FinishReason)
}

function usageOf({ inputTokens, outputTokens }: Generated['usage']): Reading['usage'] {
  return {
    input: inputTokens.total ?? 0,
    output: outputTokens.total ?? 0,
    cached: inputTokens.cacheRead ?? 0,
    reasoning: outputTokens.reasoning ?? 0
  }
}
