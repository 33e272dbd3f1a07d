import { mkdtemp } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../context.ts'
import { showAgent } from '../chat/show-agent.ts'
import { usageLine } from '../chat/usage-line.ts'
import { prepareProvider, type Prepared } from '../demo/prepare-provider.ts'
import { withHost } from '../open-host.ts'
import { styled } from '../output/piece.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Run } from './spec.ts'

/** The whole way once, in a home of its own that is gone afterwards: install, configure, ask through an agent. */
export const demo: Run = async context => {
  const { output, text, env } = context
  const home = await mkdtemp(join(tmpdir(), 'resoftai-demo-'))
  // Also when a second Ctrl-C ends the process.
  process.once('exit', () => rmSync(home, { recursive: true, force: true }))
  const inside: Context = { ...context, env: { ...env, RESOFTAI_HOME: home } }
  const step = (line: string) => output.line(styled('green', '✓ '), line)
  step(text('demo.home', { home }))
  const prepared = await prepareProvider(inside, home, step)
  try {
    const finished = await ask(inside, prepared)
    if (finished) tellNext(context, prepared)
    return finished ? exitCodes.ok : exitCodes.failure
  } finally {
    await prepared.close()
  }
}

async function ask(context: Context, { provider, cwd, simulated }: Prepared): Promise<boolean> {
  const { output, text, interrupts } = context
  const question = text('demo.question')
  return withHost({ ...context, cwd }, async host => {
    const { Agent } = await import('@resoftai/agent')
    const agent = new Agent({ host, role: 'assistant', provider, tools: [] })
    output.line(styled('cyan', '› '), question)
    const started = performance.now()
    const options = { signal: interrupts.signal }
    const result = output.json ? await agent.process(question, options) : await showAgent(agent.stream(question, options), context)
    const durationMs = Math.round(performance.now() - started)
    const { content, usage, model, stopReason } = result
    if (output.json) output.document({ provider, model, simulated, question, content, usage, durationMs })
    output.line(styled('dim', usageLine({ ...result, durationMs }, context)))
    return stopReason === 'finished' || stopReason === 'length'
  })
}

function tellNext({ output, text, env }: Context, { simulated, provider }: Prepared): void {
  // Started by npm: then the command is on nobody's path yet.
  const command = env['npm_lifecycle_event'] === undefined ? 'resoftai' : 'npx resoftai'
  const name = simulated ? 'simulator' : provider
  output.line()
  output.line(styled('bold', text('demo.next')))
  output.line(`  ${command} chat -p ${name} "${text('demo.hello')}"`)
  output.line(`  ${command} agent run -p ${name} --role developer "${text('demo.task')}"`)
  output.line(simulated ? `  ${command} plugin config openai-compatible` : `  ${command} models ${provider}`)
}
