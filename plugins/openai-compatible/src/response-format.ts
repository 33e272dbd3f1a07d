import type { JsonSchema, Message, ResponseFormat } from '@resoftai/sdk'

interface EncodedFormat {
  readonly format: unknown
  /** What the model must be told because the format cannot say it. */
  readonly instruction?: string
  readonly warning?: string
}

type JsonMode = 'json_object' | 'json_schema'

/** The wanted form of the reply, in the nearest one that the service knows. */
export function encodeFormat(wanted: ResponseFormat | undefined, modes: readonly JsonMode[]): EncodedFormat {
  if (wanted === undefined) return { format: undefined }
  if (wanted.type === 'text') return { format: { type: 'text' } }
  if (wanted.type === 'json') return encodeJson(modes)
  const { name, schema, strict, description } = wanted
  if (modes.includes('json_schema')) {
    const named = { name, schema, ...(strict !== undefined && { strict }), ...(description !== undefined && { description }) }
    return { format: { type: 'json_schema', json_schema: named } }
  }
  return {
    format: modes.includes('json_object') ? { type: 'json_object' } : undefined,
    instruction: schemaInstruction(schema),
    warning: 'This service cannot hold the model to a JSON schema; the model is told it instead.'
  }
}

function encodeJson(modes: readonly JsonMode[]): EncodedFormat {
  if (modes.includes('json_object')) return { format: { type: 'json_object' } }
  if (modes.includes('json_schema')) return { format: { type: 'json_schema', json_schema: { name: 'object', schema: { type: 'object' } } } }
  return {
    format: undefined,
    instruction: 'Answer with one JSON object and nothing else.',
    warning: 'This service has no JSON mode; the model is asked for JSON instead.'
  }
}

function schemaInstruction(schema: JsonSchema): string {
  return `Answer with one JSON object that is valid for this JSON Schema, and nothing else:\n${JSON.stringify(schema)}`
}

/** Adds to the first system message: some services take only one. */
export function instruct(messages: readonly Message[], instruction: string | undefined): readonly Message[] {
  if (instruction === undefined) return messages
  const [first, ...rest] = messages
  if (first?.role !== 'system') return [{ role: 'system', content: instruction }, ...messages]
  return [{ role: 'system', content: `${first.content}\n\n${instruction}` }, ...rest]
}
