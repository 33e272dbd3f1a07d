import type { ChatRequest, JsonObject, Tool, ToolChoice } from '@resoftai/sdk'
import type { AnswerPlan } from './answer-plan.ts'
import { encodeToolName } from './tool-names.ts'
import type { Warn } from './warn.ts'

/** `tools` and `toolConfig`. */
export function encodeTools(request: ChatRequest, plan: AnswerPlan, warn: Warn): JsonObject {
  const { tools = [], toolChoice, parallelToolCalls } = request
  if (plan.withoutTools === true) return {}
  if (tools.length === 0) {
    if (toolChoice === 'required' || typeof toolChoice === 'object') warn('`tool_choice` was left out, as the request has no tools.')
    return {}
  }
  if (parallelToolCalls === false) warn('Gemini cannot be held to one tool call at a time; `parallel_tool_calls` was left out.')
  for (const { name } of tools) {
    if (encodeToolName(name) !== name) warn(`Gemini takes no tool of the name ${name}; it is called ${encodeToolName(name)} there.`)
  }
  const declared = plan.tool === undefined ? tools : [...tools, plan.tool]
  const config = plan.tool === undefined ? encodeChoice(toolChoice, tools) : { mode: 'ANY' }
  return {
    tools: [{ functionDeclarations: declared.map(declare) }],
    ...(config !== undefined && { toolConfig: { functionCallingConfig: config } })
  }
}

function declare({ name, description, parameters }: Tool): JsonObject {
  return {
    name: encodeToolName(name),
    ...(description !== undefined && { description }),
    ...(parameters !== undefined && { parametersJsonSchema: parameters })
  }
}

function encodeChoice(choice: ToolChoice | undefined, tools: readonly Tool[]): JsonObject | undefined {
  if (choice === 'none') return { mode: 'NONE' }
  if (choice === 'required') return { mode: 'ANY' }
  if (typeof choice === 'object') return { mode: 'ANY', allowedFunctionNames: [encodeToolName(choice.name)] }
  // Text or calls, and the calls as their schema says.
  if (tools.some(tool => tool.strict === true)) return { mode: 'VALIDATED' }
  return choice === undefined ? undefined : { mode: 'AUTO' }
}
