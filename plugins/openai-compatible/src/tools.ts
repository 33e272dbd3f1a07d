import type { ChatRequest, Tool, ToolChoice } from '@resoftai/sdk'

type Put = (field: string, value: unknown) => void
type Warn = (warning: string) => void

interface ToolStyle {
  readonly style: 'tools' | 'functions'
  /** The older form has no place for them. */
  readonly vendorTools: readonly unknown[]
}

/** The tools of a request and what the model may do with them, in the newer or the older form. */
export function encodeTools(request: ChatRequest, { style, vendorTools }: ToolStyle, put: Put, warn: Warn): void {
  const { tools = [], toolChoice, parallelToolCalls } = request
  if (tools.length === 0) {
    if (vendorTools.length > 0) put('tools', vendorTools)
    if (toolChoice !== undefined && toolChoice !== 'none' && toolChoice !== 'auto')
      warn('`tool_choice` was left out, as the request has no tools.')
    return
  }
  if (style === 'tools') {
    put('tools', [...tools.map(tool => ({ type: 'function', function: encodeTool(tool) })), ...vendorTools])
    put('tool_choice', typeof toolChoice === 'object' ? { type: 'function', function: { name: toolChoice.name } } : toolChoice)
    put('parallel_tool_calls', parallelToolCalls)
    return
  }
  put('functions', tools.map(encodeTool))
  put('function_call', encodeFunctionChoice(toolChoice, tools, warn))
}

function encodeTool({ name, description, parameters, strict }: Tool): unknown {
  return {
    name,
    ...(description !== undefined && { description }),
    parameters: parameters ?? { type: 'object', properties: {} },
    ...(strict !== undefined && { strict })
  }
}

function encodeFunctionChoice(choice: ToolChoice | undefined, tools: readonly Tool[], warn: Warn): unknown {
  if (choice !== 'required') return choice
  if (tools.length === 1) return { name: tools[0]?.name }
  warn('`functions` cannot require that some tool is called; the model decides.')
  return 'auto'
}
