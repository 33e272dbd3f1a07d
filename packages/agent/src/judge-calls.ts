import type { ToolCall } from '@resoftai/sdk'
import { parseArguments, type ParsedArguments } from './arguments.ts'
import type { AgentTool } from './tool.ts'
import type { Toolbox } from './toolbox.ts'

/** What becomes of a call. `refuse` and `invalid` are not run; `message` tells the model why. */
type Verdict =
  | {
      readonly type: 'run'
      readonly tool: AgentTool
      readonly args: Readonly<Record<string, unknown>>
      readonly dropped: readonly string[]
    }
  | { readonly type: 'refuse'; readonly message: string }
  | { readonly type: 'invalid'; readonly message: string; readonly problems: readonly string[] }

export interface JudgedCall {
  /** As the model made it, with an id that is unique in the reply. */
  readonly call: ToolCall
  /** As it goes back to the vendor. Many refuse a conversation whose calls have odd names or arguments that are no JSON object. */
  readonly echo: ToolCall
  readonly verdict: Verdict
}

/** `blocked` says why nothing of this reply may run. */
export function judgeCalls(calls: readonly ToolCall[], toolbox: Toolbox, blocked: string | undefined): readonly JudgedCall[] {
  return withUniqueIds(calls).map(call => {
    const parsed = parseArguments(call.arguments)
    const echo = {
      id: call.id,
      name: toolbox.has(call.name) ? call.name : call.name.replaceAll(/[^\w-]/g, '_').slice(0, 64) || 'unknown',
      arguments: parsed.ok ? call.arguments : '{}'
    }
    const verdict = judge(call, parsed, toolbox)
    return { call, echo, verdict: verdict.type === 'run' && blocked !== undefined ? { type: 'refuse', message: blocked } : verdict }
  })
}

function judge(call: ToolCall, parsed: ParsedArguments, toolbox: Toolbox): Verdict {
  const entry = toolbox.get(call.name)
  if (entry === undefined) {
    const names = [...toolbox.keys()]
    const known = names.length === 0 ? 'There are no tools.' : `The tools are: ${names.join(', ')}.`
    return { type: 'refuse', message: `There is no tool "${cut(call.name, 100)}". ${known}` }
  }
  if (!parsed.ok) {
    const message = `"${call.name}" was not run, its arguments are ${parsed.problem}.\nCall it again with one JSON object. You wrote: ${cut(call.arguments, 2000)}`
    return { type: 'invalid', message, problems: [parsed.problem] }
  }
  const problems = entry.check(parsed.args)
  if (problems.length > 0) {
    const message = `"${call.name}" was not run, its arguments are wrong:\n${problems.map(problem => `- ${problem}`).join('\n')}\nCorrect them and call it again.`
    return { type: 'invalid', message, problems }
  }
  return { type: 'run', tool: entry.tool, args: parsed.args, dropped: parsed.dropped }
}

/** A result is matched to its call by id, so a second call with the same id gets a new one. */
function withUniqueIds(calls: readonly ToolCall[]): readonly ToolCall[] {
  const taken = new Set(calls.map(call => call.id))
  const seen = new Map<string, number>()
  return calls.map(call => {
    let count = seen.get(call.id) ?? 0
    let id = call.id
    if (count > 0) while (taken.has(id)) id = `${call.id}_${++count}`
    seen.set(call.id, Math.max(count, 1))
    taken.add(id)
    return id === call.id ? call : { ...call, id }
  })
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`
}
