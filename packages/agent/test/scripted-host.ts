import type { ChatEvent, Usage } from '@resoftai/sdk'
import type { AgentAsk, AgentHost } from '../src/index.ts'

type Reply = readonly ChatEvent[] | ((ask: AgentAsk, signal: AbortSignal) => AsyncIterable<ChatEvent>)

/** The vendor's side of an agent: gives the scripted replies in their order, and remembers what was asked. */
export function scriptedHost(...replies: Reply[]) {
  const asks: AgentAsk[] = []
  const names: string[] = []
  let open = 0
  async function* stream(ask: AgentAsk, { signal = new AbortController().signal }: { readonly signal?: AbortSignal } = {}) {
    const reply = replies[asks.length]
    asks.push(ask)
    if (reply === undefined) throw new Error(`Reply ${asks.length} is not in the script.`)
    open++
    try {
      yield* typeof reply === 'function' ? reply(ask, signal) : reply
    } finally {
      open--
    }
  }
  const find = async (name: string) => {
    names.push(name)
    return { defaultModel: 'default-model', stream }
  }
  const host: AgentHost = { provider: find, model: find }
  return { host, asks, names, openStreams: () => open }
}

export function says(text: string, usage?: Usage): ChatEvent[] {
  return [
    { type: 'start', model: 'named-model' },
    { type: 'text', text },
    ...(usage === undefined ? [] : [{ type: 'usage', usage } as const]),
    { type: 'finish', reason: 'stop' }
  ]
}

export type ScriptedCall = readonly [id: string, name: string, args: unknown]

/** Arguments that are a text are sent as they are. */
export function calls(...made: ScriptedCall[]): ChatEvent[] {
  return [...callEvents(made), { type: 'finish', reason: 'tool_calls' }]
}

export function callEvents(made: readonly ScriptedCall[]): ChatEvent[] {
  return made.map(([id, name, args], index) => ({
    type: 'tool_call',
    index,
    id,
    name,
    arguments: typeof args === 'string' ? args : JSON.stringify(args)
  }))
}

/** Begins to answer and then never goes on, whatever the signal says. */
export async function* hangs(): AsyncGenerator<ChatEvent> {
  yield { type: 'text', text: 'so far' }
  await new Promise<never>(() => undefined)
}
