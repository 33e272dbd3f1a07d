import { HostError, type Ask, type CallOptions, type Host } from '@resoftai/core'
import type { Message } from '@resoftai/sdk'
import { chooseProvider, type Choice } from '../chat/choose-provider.ts'
import { readPrompt } from '../chat/read-prompt.ts'
import { replyDocument } from '../chat/reply-document.ts'
import { noteReply, restartOption, showAnswer } from '../chat/show-answer.ts'
import { strictOption } from '../chat/strict-option.ts'
import { createTrace, type Trace } from '../chat/trace.ts'
import type { Context } from '../context.ts'
import { numberOption } from '../numbers.ts'
import { withHost } from '../open-host.ts'
import { styled } from '../output/piece.ts'
import type { Input, Run } from './spec.ts'

/** One question, or a conversation when there is no question and a person to ask for it. */
export const chat: Run = async (context, input) => {
  const { output } = context
  const settings = readSettings(context, input)
  const strict = strictOption(input)
  const prompt = await readPrompt(context, input.args)
  const converse = prompt === '' && context.interactive && !input.flag('dryRun')
  if (prompt === '' && !converse) throw new HostError('usage', context.text('chat.noPrompt'), { hint: context.text('chat.noPromptHint') })
  const trace = createTrace(input.flag('trace'), context)
  const talk = async (host: Host) => {
    const choice = await chooseProvider(host, input, context.text)
    if (converse) {
      const { converseWith } = await import('../chat/conversation.ts')
      return converseWith({ host, choice, settings, system: systemMessages(input), strict, trace, context })
    }
    const ask: Ask = { ...settings, ...withModel(choice), messages: [...systemMessages(input), { role: 'user', content: prompt }] }
    if (input.flag('dryRun')) return showRequest(choice, ask, context, input)
    await answer(choice, ask, context, { whole: output.json || !input.flag('stream'), strict, trace })
  }
  await withHost(context, talk)
}

async function answer(
  { client }: Choice,
  ask: Ask,
  context: Context,
  { whole, strict, trace }: { readonly whole: boolean; readonly strict: CallOptions; readonly trace: Trace }
): Promise<void> {
  const { output, interrupts } = context
  const started = performance.now()
  const options = { signal: interrupts.signal, attempts: trace.attempts, ...strict }
  try {
    const reply = whole
      ? await client.chat(ask, options)
      : await showAnswer(client.stream(ask, { ...options, ...restartOption() }), ask.model ?? client.defaultModel ?? '', context)
    const durationMs = Math.round(performance.now() - started)
    if (output.json) return output.document(replyDocument(client, reply, durationMs))
    if (whole && reply.content !== '') output.line(reply.content.replace(/\n$/, ''))
    noteReply(reply, durationMs, context)
  } finally {
    trace.show()
  }
}

/** What would be sent, secrets as placeholders. */
function showRequest({ client }: Choice, ask: Ask, { output, text }: Context, input: Input): void {
  const mode = input.flag('stream') && !output.json ? 'stream' : 'whole'
  const { method, url, headers, body, warnings = [] } = client.encode(ask, mode, strictOption(input))
  const request = { provider: client.name, method: method ?? (body === undefined ? 'GET' : 'POST'), url, headers, body, warnings }
  if (output.json) return output.document(request)
  output.line(`${request.method} ${url}`)
  for (const [name, value] of Object.entries(headers)) output.line(`${name}: ${value}`)
  if (body !== undefined) output.line('\n', JSON.stringify(body, undefined, 2))
  for (const warning of warnings) output.remark(styled('yellow', text('chat.warning')), warning)
}

function withModel({ model }: Choice): { readonly model?: string } {
  return model === undefined ? {} : { model }
}

function systemMessages(input: Input): readonly Message[] {
  const content = input.value('system')
  return content === undefined ? [] : [{ role: 'system', content }]
}

function readSettings({ text }: Context, input: Input): Pick<Ask, 'temperature' | 'maxTokens'> {
  const temperature = numberOption(input, 'temperature', '--temperature', { least: 0, most: 2 }, text)
  const maxTokens = numberOption(input, 'maxTokens', '--max-tokens', { least: 1, integer: true }, text)
  return { ...(temperature !== undefined && { temperature }), ...(maxTokens !== undefined && { maxTokens }) }
}
