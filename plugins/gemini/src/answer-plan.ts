import type { ChatRequest, JsonObject, JsonSchema, ResponseFormat, Tool } from '@resoftai/sdk'
import { sayConstAsEnum } from './response-schema.ts'
import type { Warn } from './warn.ts'

/** The function that stands for an answer in JSON. What it is called with is text of the reply. */
export const answerTool = 'resoftai_answer'

/** From here on a model may be held to JSON and have tools at the same time. */
const bothGeneration = 3

/** How the model is held to the wanted form of the answer. */
export interface AnswerPlan {
  /** For `generationConfig`. */
  readonly config?: JsonObject
  /** The model must call a function: one of the request's, or this one with its answer. */
  readonly tool?: Tool
  /** What the model is told, where nothing holds it. */
  readonly instruction?: string
  /** The tools must not be called, and would only be in the way. */
  readonly withoutTools?: boolean
}

export function planAnswer(request: ChatRequest, generation: number, warn: Warn): AnswerPlan {
  const { responseFormat: format, tools = [], toolChoice = 'auto' } = request
  if (format === undefined || format.type === 'text') return {}
  if (tools.length === 0) return { config: encodeFormat(format) }
  if (toolChoice === 'none') return { config: encodeFormat(format), withoutTools: true }
  // A reply that has to be a call has no text to hold to a form.
  if (toolChoice !== 'auto') return {}
  if (generation >= bothGeneration) return { config: encodeFormat(format) }
  if (format.type === 'json_schema' && format.schema.type === 'object') {
    const { description = 'Gives the answer to the user. Call it when no other function is needed.', schema } = format
    return { tool: { name: answerTool, description, parameters: schema } }
  }
  warn('This model cannot be held to JSON while it has tools; it is told to answer in JSON.')
  return { instruction: tellFormat(format.type === 'json' ? undefined : format.schema) }
}

function encodeFormat(format: Exclude<ResponseFormat, { readonly type: 'text' }>): JsonObject {
  const type = { responseMimeType: 'application/json' }
  if (format.type === 'json') return type
  const { schema, description } = format
  return { ...type, responseJsonSchema: { ...(description !== undefined && { description }), ...sayConstAsEnum(schema) } }
}

function tellFormat(schema: JsonSchema | undefined): string {
  const form = schema === undefined ? 'one JSON object' : `JSON that is valid for this JSON Schema: ${JSON.stringify(schema)}`
  return `When you answer in text, answer with ${form}. Write nothing else.`
}
