import { HostError, type Ask } from '@resoftai/core'
import type { Message } from '@resoftai/sdk'
import { chooseProvider, type Choice } from '../chat/choose-provider.ts'
import { readPrompt } from '../chat/read-prompt.ts'
import { replyDocument } from '../chat/reply-document.ts'
import { noteReply, showAnswer } from '../chat/show-answer.ts'
import type { Context } from '../context.ts'
import { numberOption } from '../numbers.ts'
import { withHost } from '../open-host.ts'
import type { Input, Run } from './spec.ts'

/** One question, or a conversation when there is no question and a person to ask for it. */
export const chat: Run = async (context, input) => {
  const settings = readSettings(context, input)
  const prompt = await readPrompt(context, input.args)
  const converse = prompt === '' && context.interactive && !input.flag('dryRun')
  if (prompt === '' && !converse) throw new HostError('usage', context.text('chat.noPrompt'), { hint: context.text('chat.noPromptHint') })
  await withHost(context, async host => {
    const choice = await chooseProvider(host, input, context.text)
    if (converse) {
      const { converseWith } = await import('../chat/conversation.ts')
      return converseWith({ host, choice, settings, system: systemMessages(input), context })
    }
    const ask: Ask = { ...settings, ...withModel(choice), messages: [...systemMessages(input), { role: 'user', content: prompt }] }
    if (input.flag('dryRun')) return showRequest(choice, ask, context, input)
    await answer(choice, ask, context, input)
  })
}

async function answer({ client }: Choice, ask: Ask, context: Context, input: Input): Promise<void> {
  const { output, interrupts } = context
  const started = performance.now()
  const options = { signal: interrupts.signal }
  const whole = output.json || !input.flag('stream')
  const reply = whole
    ? await client.chat(ask, options)
    : await showAnswer(client.stream(ask, options), ask.model ?? client.defaultModel ?? '', context)
  const durationMs = Math.round(performance.now() - started)
  if (output.json) output.document(replyDocument(client.name, reply, durationMs))
  else {
    if (whole && reply.content !== '') output.line(reply.content.replace(/\n$/, ''))
    noteReply(reply, durationMs, context)
  }
}

/** What would be sent, secrets as placeholders. */
function showRequest({ client }: Choice, ask: Ask, { output }: Context, input: Input): void {
  const { method, url, headers, body, warnings } = client.encode(ask, input.flag('stream') && !output.json ? 'stream' : 'whole')
  const request = { provider: client.name, method: method ?? (body === undefined ? 'GET' : 'POST'), url, headers, body, warnings }
  if (output.json) return output.document(request)
  output.line(`${request.method} ${url}`)
  for (const [name, value] of Object.entries(headers)) output.line(`${name}: ${value}`)
  if (body !== undefined) output.line('\n', JSON.stringify(body, undefined, 2))
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
