import { createInterface } from 'node:readline'
import type { Ask, CallOptions, Host } from '@resoftai/core'
import { isHostError } from '@resoftai/core'
import { isProviderError, type Message } from '@resoftai/sdk'
import type { Context } from '../context.ts'
import { reportError } from '../output/report-error.ts'
import { styled } from '../output/piece.ts'
import { isReference } from '../routes.ts'
import { describeChoice, isRoute, type Choice } from './choose-provider.ts'
import { noteReply, showAnswer } from './show-answer.ts'
import type { Trace } from './trace.ts'

export interface Conversation {
  readonly host: Host
  readonly choice: Choice
  readonly settings: Pick<Ask, 'temperature' | 'maxTokens'>
  readonly system: readonly Message[]
  readonly strict: CallOptions
  readonly trace: Trace
  readonly context: Context
}

/** A conversation on a terminal, until `/exit`, Ctrl-D or a Ctrl-C at the prompt. A failed turn is reported and forgotten; the rest goes on. */
export async function converseWith({ host, choice, settings, system, strict, trace, context }: Conversation): Promise<void> {
  const { output, text, debug } = context
  let { client, model } = choice
  let messages: readonly Message[] = system
  let running: AbortController | undefined
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt: output.render(process.stdout, [styled('cyan', '› ')])
  })
  lines.on('SIGINT', () => (running === undefined ? lines.close() : running.abort()))

  const answer = async (content: string) => {
    running = new AbortController()
    const asked: readonly Message[] = [...messages, { role: 'user', content }]
    const started = performance.now()
    const ask: Ask = { ...settings, ...(model !== undefined && { model }), messages: asked }
    const reply = await showAnswer(
      client.stream(ask, { signal: running.signal, attempts: trace.attempts, ...strict }),
      model ?? client.defaultModel ?? '',
      context
    )
    messages = [...asked, reply.message]
    noteReply(reply, Math.round(performance.now() - started), context)
    trace.show()
  }
  const changeModel = async (reference: string) => {
    // A route knows its models itself, so behind it a name must say whose it is.
    if (isReference(host, reference) || (reference !== '' && isRoute(client))) {
      client = await host.model(reference)
      model = undefined
    } else if (reference !== '') model = reference
    output.note(text('chat.model', { name: describeChoice({ client, model }) }))
  }
  const obey = async (line: string): Promise<'leave' | void> => {
    const [word = '', ...rest] = line.split(/\s+/)
    if (word === '/exit' || word === '/quit') return 'leave'
    if (word === '/help') output.note(text('chat.help'))
    else if (word === '/model') await changeModel(rest.join(' '))
    else if (word === '/clear') {
      messages = system
      output.note(text('chat.cleared'))
    } else output.note(text('chat.unknownCommand', { name: word }))
  }

  output.remark(styled('dim', text('chat.welcome', { name: describeChoice({ client, model }) })))
  lines.prompt()
  let told = false
  for await (const line of lines) {
    const said = line.trim()
    try {
      told = said.startsWith('/') && (await obey(said)) === 'leave'
      if (told) break
      if (said !== '' && !said.startsWith('/')) await answer(said)
    } catch (error) {
      if (!isProviderError(error) && !isHostError(error)) throw error
      trace.show()
      if (isProviderError(error) && error.kind === 'cancelled') output.note(styled('dim', text('chat.stopped')))
      else reportError(error, output, text, debug)
    } finally {
      running = undefined
    }
    lines.prompt()
  }
  lines.close()
  // After Ctrl-D or Ctrl-C the cursor still stands behind the prompt.
  if (!told) output.line()
}
