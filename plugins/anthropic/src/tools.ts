import type { ChatRequest, Tool } from '@resoftai/sdk'
import type { Warn } from './content.ts'
import { isExpressible } from './expressible.ts'
import type { ModelTraits } from './model-traits.ts'
import type { Format } from './response-format.ts'
import { adaptSchema } from './schema.ts'

interface EncodedTools {
  readonly tools?: readonly object[]
  readonly tool_choice?: unknown
}

type Asked = Pick<ChatRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'>

interface Circumstances {
  readonly format: Format
  readonly traits: ModelTraits
  /** Why no tool can be forced, as the end of a sentence. */
  readonly obstacle: string | undefined
}

/** The tools of a request and what the model may do with them. */
export function encodeTools(asked: Asked, { format, traits, obstacle }: Circumstances, warn: Warn): EncodedTools {
  const { tools = [], toolChoice } = asked
  const encoded = tools.map(tool => encodeTool(tool, traits, warn))
  if (format.tool !== undefined) {
    const others = toolChoice === 'none' ? [] : encoded
    return { tools: [...others, format.tool], tool_choice: { type: 'any', disable_parallel_tool_use: true } }
  }
  if (encoded.length > 0) return { tools: encoded, ...encodeChoice(asked, obstacle, warn) }
  if (toolChoice !== undefined && toolChoice !== 'none' && toolChoice !== 'auto')
    warn('`tool_choice` was left out, as the request has no tools.')
  return {}
}

function encodeTool({ name, description, parameters, strict = false }: Tool, { hasFormats }: ModelTraits, warn: Warn): object {
  const schema = { type: 'object', ...(parameters ?? { properties: {} }) }
  const isHeld = strict && hasFormats && isExpressible(schema)
  if (strict && !isHeld) warn('A tool is not `strict`: this model cannot be held to its schema.')
  return {
    name,
    ...(description !== undefined && { description }),
    input_schema: isHeld ? adaptSchema(schema) : schema,
    ...(isHeld && { strict })
  }
}

const words = { auto: 'auto', none: 'none', required: 'any' } as const

function encodeChoice(
  { toolChoice, parallelToolCalls }: Asked,
  obstacle: string | undefined,
  warn: Warn
): Pick<EncodedTools, 'tool_choice'> {
  const isSingle = parallelToolCalls === false && toolChoice !== 'none'
  if (toolChoice === undefined && !isSingle) return {}
  const single = isSingle && { disable_parallel_tool_use: true }
  const isForced = typeof toolChoice === 'object' || toolChoice === 'required'
  if (isForced && obstacle !== undefined) {
    warn(`The model was not made to call a tool: ${obstacle}.`)
    return { tool_choice: { type: 'auto', ...single } }
  }
  if (typeof toolChoice === 'object') return { tool_choice: { type: 'tool', name: toolChoice.name, ...single } }
  return { tool_choice: { type: words[toolChoice ?? 'auto'], ...single } }
}
