import type { ChatRequest, JsonSchema } from '@resoftai/sdk'
import type { Warn } from './content.ts'
import { isExpressible } from './expressible.ts'
import type { ModelTraits } from './model-traits.ts'
import { adaptSchema } from './schema.ts'

/** The tool whose input is the reply, where a model knows no formats. The decoder finds it by this name. */
export const replyTool = 'resoftai_reply'

/** The wanted form of the reply: at most one of these. */
export interface Format {
  /** `output_config.format`. */
  readonly native?: object
  /** A tool that the model must call with the reply. */
  readonly tool?: object
  /** What the model is told. */
  readonly instruction?: string
}

type Asked = Pick<ChatRequest, 'responseFormat' | 'tools' | 'toolChoice'>

export function encodeFormat(asked: Asked, traits: ModelTraits, warn: Warn): Format {
  const { responseFormat: wanted } = asked
  if (wanted === undefined || wanted.type === 'text') return {}
  if (wanted.type === 'json') {
    warn('Anthropic has no JSON mode; the model is asked for JSON instead.')
    return { instruction: 'Answer with one JSON object and nothing else, without a code fence.' }
  }
  const { schema, description } = wanted
  if (traits.hasFormats && isExpressible(schema)) {
    return { native: { type: 'json_schema', schema: adaptSchema({ ...(description !== undefined && { description }), ...schema }) } }
  }
  if (traits.forcesTools && schema.type === 'object') {
    const tool = { name: replyTool, description: description ?? 'Takes the whole answer to the user.', input_schema: schema }
    return mustCallFirst(asked) ? {} : { tool }
  }
  warn('This model cannot be held to this JSON schema; it is told it instead.')
  return { instruction: instructionFor(schema) }
}

/** Another tool must be called: the reply comes in a later turn. */
function mustCallFirst({ tools = [], toolChoice }: Asked): boolean {
  return tools.length > 0 && (toolChoice === 'required' || typeof toolChoice === 'object')
}

function instructionFor(schema: JsonSchema): string {
  return `Answer with one JSON value that is valid for this JSON Schema, and nothing else, without a code fence:\n${JSON.stringify(schema)}`
}
