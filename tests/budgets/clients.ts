import { fork, type ChildProcess } from 'node:child_process'
import { isProviderError, type ProviderClient } from 'resoftai'
import { openHost, type Opened } from './support.ts'
import { questionOf } from './vendor.ts'

/** Many clients of one host. */
export interface Crowd {
  /** For the vendor, to know who asks. */
  readonly name: string
  readonly url: string
  readonly home: string
  readonly storage: object
  readonly budgets: readonly object[]
  readonly clients: number
  readonly calls: number
}

export interface Outcome {
  readonly finished: number
  /** Messages of budgets. */
  readonly refusals: readonly string[]
  /** How many calls ended otherwise, by their kind. */
  readonly failures: Readonly<Record<string, number>>
}

const scripts = ['well', 'well', 'well', 'unwell', 'busy', 'reset', 'aborted', 'left', 'broken', 'cut', 'ill', 'dear', 'open'] as const

export async function runCrowd(crowd: Crowd): Promise<Outcome> {
  const opened = await openHost({ ...crowd, config: { routes: { safe: ['one/m1', 'two/m1'] } } })
  const outcome = { finished: 0, refusals: [] as string[], failures: {} as Record<string, number> }
  const fail = (error: unknown) => {
    if (!isProviderError(error)) throw error
    if (error.code === 'budget') outcome.refusals.push(error.message)
    else outcome.failures[error.kind] = (outcome.failures[error.kind] ?? 0) + 1
  }
  const run = async (client: number) => {
    for (let call = 0; call < crowd.calls; call++) {
      const number = client * crowd.calls + call
      try {
        if (await callOnce(opened, crowd.name, number)) outcome.finished++
      } catch (error) {
        fail(error)
      }
    }
  }
  await using _ = opened
  await Promise.all(Array.from({ length: crowd.clients }, (_client, index) => run(index)))
  return outcome
}

/** True when the reply came to its end. */
async function callOnce({ host, one, two }: Opened, name: string, number: number): Promise<boolean> {
  const script = scripts.at(number % scripts.length) ?? 'well'
  const provider = script === 'ill' ? await host.model('safe') : number % 3 === 0 ? two : one
  const isWhole = number % 2 === 0
  const used = { input: 20 + (number % 7), output: 110 + ((number * 7_919) % 2_200) }
  const ask = (what: string, maxTokens?: number) => ({
    messages: [{ role: 'user' as const, content: questionOf({ client: name, script: what, ...used }) }],
    ...(maxTokens !== undefined && { maxTokens })
  })
  switch (script) {
    case 'aborted':
      return abort(provider, ask('slow', 2_500))
    case 'left':
      for await (const { type } of provider.stream(ask('slow', 2_500))) if (type === 'text') return false
      return false
    case 'dear':
      return read(provider, ask('well', 9_000), isWhole)
    case 'open':
      return read(provider, ask('well'), isWhole)
    default:
      return read(provider, ask(script, 2_500), isWhole && script !== 'cut')
  }
}

async function read(provider: ProviderClient, ask: Parameters<ProviderClient['chat']>[0], isWhole: boolean): Promise<boolean> {
  if (isWhole) await provider.chat(ask)
  else for await (const _ of provider.stream(ask));
  return true
}

async function abort(provider: ProviderClient, ask: Parameters<ProviderClient['chat']>[0]): Promise<boolean> {
  const controller = new AbortController()
  for await (const { type } of provider.stream(ask, { signal: controller.signal })) if (type === 'text') controller.abort()
  return true
}

interface CrowdApart {
  readonly process: ChildProcess
  /** `undefined` when it was killed. */
  readonly outcome: Promise<Outcome | undefined>
}

/** The same in a process of its own. */
export function runCrowdApart(crowd: Crowd): CrowdApart {
  const child = fork(import.meta.filename, ['run', JSON.stringify(crowd)], { execArgv: ['--no-warnings'] })
  const { promise, resolve, reject } = Promise.withResolvers<Outcome | undefined>()
  child.once('message', message => resolve(message as Outcome))
  child.once('exit', (code, signal) => (signal === 'SIGKILL' ? resolve(undefined) : reject(new Error(`the clients ended with ${code}`))))
  return { process: child, outcome: promise }
}

if (process.argv[2] === 'run') {
  const outcome = await runCrowd(JSON.parse(process.argv[3] ?? '') as Crowd)
  process.send?.(outcome, () => process.disconnect?.())
}
