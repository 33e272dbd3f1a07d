import type { ChatMode, ChatRequest, Message } from '@resoftai/sdk'
import { markForCache } from './cache-marks.ts'
import type { Warn } from './content.ts'
import { continuesWithoutThinking, encodeConversation, type Turn } from './conversation.ts'
import { modelTraits, type ModelTraits } from './model-traits.ts'
import { encodeFormat, type Format } from './response-format.ts'
import { encodeSampling } from './sampling.ts'
import { encodeThinking, type Thinking } from './thinking.ts'
import { encodeTools } from './tools.ts'

interface EncodedRequest {
  readonly body: Readonly<Record<string, unknown>>
  readonly warnings: readonly string[]
}

/** The body of a chat request, and what could not be said in it. */
export function encodeBody(request: ChatRequest, mode: ChatMode, promptCaching: boolean): EncodedRequest {
  const { model, user, extra } = request
  const warnings = new Set<string>()
  const warn: Warn = warning => void warnings.add(warning)
  const traits = modelTraits(model)
  const max_tokens = limitTokens(request, traits, warn)
  const format = encodeFormat(request, traits, warn)
  const messages = encodeConversation(request.messages, warn)
  const thinking = encodeThinking(request, { traits, maxTokens: max_tokens, obstacle: thinkingObstacle(format, messages) }, warn)
  const { tools, tool_choice } = encodeTools(request, { format, traits, obstacle: forceObstacle(model, traits, thinking.mode) }, warn)
  const prompt = { system: joinSystem(request.messages, format), tools, messages }
  warnOfUnknown(request, warn)
  const body = {
    model,
    max_tokens,
    ...(promptCaching ? markForCache(prompt) : prompt),
    tool_choice,
    thinking: thinking.thinking,
    output_config: withoutUndefined({ effort: thinking.effort, format: format.native }),
    ...encodeSampling(request, traits, thinking.mode !== 'default', warn),
    stop_sequences: encodeStops(request.stop, warn),
    metadata: user === undefined ? undefined : { user_id: user },
    stream: mode === 'stream' ? true : undefined
  }
  return { body: { ...withoutUndefined(body), ...extra }, warnings: [...warnings] }
}

/** The vendor wants a limit with each request: that of the model, so that no answer is cut. */
function limitTokens({ model, maxTokens }: ChatRequest, traits: ModelTraits, warn: Warn): number {
  if (maxTokens === undefined || traits.isGuess === true || maxTokens <= traits.maxTokens) return maxTokens ?? traits.maxTokens
  warn(`\`max_tokens\` ${maxTokens} was changed to ${traits.maxTokens}, the most that ${model} gives.`)
  return traits.maxTokens
}

function joinSystem(messages: readonly Message[], { instruction = '' }: Format): string | undefined {
  const texts = messages.flatMap(message => (message.role === 'system' ? [message.content] : []))
  const said = [...texts, instruction].filter(text => text.trim() !== '')
  return said.length === 0 ? undefined : said.join('\n\n')
}

/** Why a budget of thinking cannot be given. */
function thinkingObstacle({ tool }: Format, messages: readonly Turn[]): string | undefined {
  if (tool !== undefined) return 'this model cannot think while it is held to a form'
  return continuesWithoutThinking(messages) ? 'the calls that are answered were made without signed thinking' : undefined
}

function forceObstacle(model: string, { forcesTools }: ModelTraits, thinking: Thinking['mode']): string | undefined {
  if (!forcesTools) return `${model} does not take it`
  return thinking === 'budget' ? 'this model cannot be while it thinks' : undefined
}

function encodeStops(stop: readonly string[] | undefined, warn: Warn): readonly string[] | undefined {
  const stops = stop?.filter(text => text.trim() !== '') ?? []
  if (stops.length < (stop?.length ?? 0)) warn('A blank `stop` was left out: Anthropic takes none.')
  return stops.length === 0 ? undefined : stops
}

function warnOfUnknown({ seed, presencePenalty, frequencyPenalty }: ChatRequest, warn: Warn): void {
  const unknown = { seed, presence_penalty: presencePenalty, frequency_penalty: frequencyPenalty }
  for (const field of Object.keys(withoutUndefined(unknown) ?? {})) warn(`Anthropic knows no \`${field}\`; it was left out.`)
}

/** `undefined` when nothing is left. */
function withoutUndefined(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const set = Object.entries(fields).filter(([, value]) => value !== undefined)
  return set.length === 0 ? undefined : Object.fromEntries(set)
}
