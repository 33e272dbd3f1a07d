import type { ChatRequest, JsonObject } from '@resoftai/sdk'
import { planAnswer } from './answer-plan.ts'
import { encodeContents } from './contents.ts'
import { addExtra } from './extra.ts'
import { readGeneration } from './generation.ts'
import { encodeThinking } from './thinking.ts'
import { encodeTools } from './tools.ts'
import type { Warn } from './warn.ts'

export interface EncodeOptions {
  readonly isVertex: boolean
  readonly safetySettings?: readonly unknown[]
}

const mostStops = 5

/** The body of a chat request, and what could not be said in it. */
export function encodeBody(
  request: ChatRequest,
  options: EncodeOptions
): { readonly body: JsonObject; readonly warnings: readonly string[] } {
  const warnings = new Set<string>()
  const warn = (warning: string) => warnings.add(warning)
  const { model, messages, extra } = request
  const { isVertex, safetySettings } = options
  const generation = readGeneration(model)
  const plan = planAnswer(request, generation, warn)
  const contents = encodeContents(messages, { generation, isVertex, warn })
  const system = encodeSystem(request, plan.instruction, warn)
  const config = { ...encodeSampling(request, options, warn), ...plan.config }
  if (request.user !== undefined) warn('Gemini takes no `user`; it was left out.')
  const body = {
    ...placeSystem(system, contents, model, warn),
    ...encodeTools(request, plan, warn),
    ...(Object.keys(config).length > 0 && { generationConfig: config }),
    ...(safetySettings !== undefined && { safetySettings })
  }
  return { body: addExtra(body, extra), warnings: [...warnings] }
}

function encodeSystem({ messages }: ChatRequest, instruction: string | undefined, warn: Warn): readonly JsonObject[] {
  const begin = messages.findIndex(message => message.role !== 'system')
  if (begin !== -1 && messages.some((message, place) => place > begin && message.role === 'system')) {
    warn('System messages within the conversation were put before it: Gemini takes them nowhere else.')
  }
  const texts = messages.flatMap(message => (message.role === 'system' ? [message.content] : []))
  return [...texts, ...(instruction === undefined ? [] : [instruction])].map(text => ({ text }))
}

/** Gemma takes no system instruction, and no model a request without contents. */
function placeSystem(system: readonly JsonObject[], contents: readonly unknown[], model: string, warn: Warn): JsonObject {
  if (system.length === 0) return { contents }
  const isGemma = /(^|\/)gemma-/.test(model)
  if (!isGemma && contents.length > 0) return { contents, systemInstruction: { parts: system } }
  warn(isGemma ? `${model} takes no system messages; they were sent as the user's.` : "System messages alone were sent as the user's.")
  return { contents: [{ role: 'user', parts: system }, ...contents] }
}

function encodeSampling(request: ChatRequest, { isVertex }: EncodeOptions, warn: Warn): JsonObject {
  const { model, stop, presencePenalty, frequencyPenalty } = request
  if (stop !== undefined && stop.length > mostStops) warn(`Gemini takes at most ${mostStops} stop texts; the others were left out.`)
  const asksForPenalty = presencePenalty !== undefined || frequencyPenalty !== undefined
  const takesPenalties = isVertex || readGeneration(model) !== 2.5
  if (asksForPenalty && !takesPenalties) warn(`The model ${model} takes no penalties outside of Vertex AI; they were left out.`)
  const config = {
    temperature: request.temperature,
    topP: request.topP,
    maxOutputTokens: request.maxTokens,
    stopSequences: stop?.slice(0, mostStops),
    seed: request.seed,
    ...(takesPenalties && { presencePenalty, frequencyPenalty }),
    thinkingConfig: encodeThinking(request.reasoningEffort, model, warn)
  }
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined))
}
