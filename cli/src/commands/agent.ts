import type { Agent, AgentResult, AgentTool } from '@resoftai/agent'
import { HostError, type Host } from '@resoftai/core'
import { firstReady } from '../chat/choose-provider.ts'
import { readPrompt } from '../chat/read-prompt.ts'
import { costDocument } from '../chat/reply-document.ts'
import { showAgent } from '../chat/show-agent.ts'
import { restartOption } from '../chat/show-answer.ts'
import { strictOption } from '../chat/strict-option.ts'
import { createTrace } from '../chat/trace.ts'
import { withOptions } from '../chat/with-options.ts'
import { withTools } from '../chat/with-tools.ts'
import { usageLine } from '../chat/usage-line.ts'
import type { Context } from '../context.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { numberOption } from '../numbers.ts'
import { withHost } from '../open-host.ts'
import { styled } from '../output/piece.ts'
import { isReference } from '../routes.ts'
import type { Input, Run } from './spec.ts'

export const agentRun: Run = async (context, input) => {
  const { text } = context
  const maxSteps = numberOption(input, 'maxSteps', '--max-steps', { least: 1, most: 1000, integer: true }, text)
  const task = await readPrompt(context, input.args)
  if (task === '') throw new HostError('usage', text('chat.noPrompt'), { hint: text('agent.noTaskHint') })
  const trace = createTrace(input.flag('trace'), context)
  const run = async (host: Host, tools: readonly AgentTool[]) => {
    const { Agent } = await import('@resoftai/agent')
    const role = input.value('role')
    const system = input.value('system')
    const agent = new Agent({
      host: withOptions(host, { ...(context.output.json ? {} : restartOption()), ...strictOption(input), attempts: trace.attempts }),
      ...(await place(host, input, context)),
      ...(role !== undefined && { role }),
      ...(system !== undefined && { system }),
      ...(maxSteps !== undefined && { maxSteps }),
      tools
    })
    return work(agent, task, context).finally(() => trace.show())
  }
  return withTools(context, input.values('tools'), tools => withHost(context, host => run(host, tools)))
}

async function work(agent: Agent, task: string, context: Context): Promise<ExitCode> {
  const { output, text, interrupts } = context
  const started = performance.now()
  const options = { signal: interrupts.signal }
  const result = output.json ? await agent.process(task, options) : await showAgent(agent.stream(task, options), context)
  const durationMs = Math.round(performance.now() - started)
  if (output.json) output.document(resultDocument(result, durationMs))
  const { stopReason } = result
  if (stopReason !== 'finished') output.remark(styled('yellow', text(`agent.stopped.${stopReason}`)))
  if (process.stderr.isTTY) output.remark(styled('dim', usageLine({ ...result, durationMs }, context)))
  return stopReason === 'finished' || stopReason === 'length'
    ? exitCodes.ok
    : stopReason === 'cancelled'
      ? exitCodes.cancelled
      : exitCodes.failure
}

/** Which provider and model to ask: as typed, else the first provider that is ready. */
async function place(host: Host, input: Input, { text }: Context): Promise<{ readonly provider?: string; readonly model?: string }> {
  const provider = input.value('provider')
  const model = input.value('model')
  const chosen = model === undefined ? {} : { model }
  if (provider !== undefined) return { provider, ...chosen }
  return model !== undefined && isReference(host, model) ? chosen : { provider: await firstReady(host, text), ...chosen }
}

function resultDocument(result: AgentResult, durationMs: number): Readonly<Record<string, unknown>> {
  const { model, content, reasoning, stopReason, steps, usage, cost } = result
  const toolCalls = steps.flatMap(({ reply, toolResults }) =>
    toolResults.map((toolResult, index) => ({ arguments: reply.toolCalls[index]?.arguments, ...toolResult }))
  )
  return { model, content, reasoning, stopReason, steps: steps.length, toolCalls, usage, cost: costDocument(cost), durationMs }
}
