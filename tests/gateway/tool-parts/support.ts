import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, createRedactor, loadConfig } from '@resoftai/core'
import { createGateway, openTools, type ToolSources, type ToolsOptions } from '@resoftai/gateway'
import { sse, type Answer, type ReceivedRequest, type Respond } from '@resoftai/sdk/testing'
import { delta, finished, said } from '../../faults/support.ts'
import { serve, unpressed, until, type Served } from '../support.ts'

/** A program of this folder, as `command` and `args` of a source. */
export const program = (name: string, ...args: readonly string[]) => ({
  command: process.execPath,
  args: [join(import.meta.dirname, `${name}.ts`), ...args]
})

export interface Tools extends AsyncDisposable {
  readonly sources: ToolSources
  /** Where relative paths of its configuration begin. */
  readonly folder: string
  /** What programs are told to write to. */
  readonly told: string
  /** Lines that programs have written there. */
  readonly heard: () => readonly string[]
  readonly log: () => readonly Readonly<Record<string, unknown>>[]
}

export interface ToolsSetup {
  readonly env?: Readonly<Record<string, string>>
  /** By name, in the folder. */
  readonly files?: Readonly<Record<string, string>>
  readonly options?: Partial<ToolsOptions>
}

/** Tools by a configuration as a person writes it; `@told` in a text stands for the file that programs write to. */
export async function open(tools: object, { env = {}, files = {}, options = {} }: ToolsSetup = {}): Promise<Tools> {
  const folder = mkdtempSync(join(tmpdir(), 'resoftai-tools-'))
  const told = join(folder, 'told')
  writeFileSync(told, '')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const lines: string[] = []
  const redactor = createRedactor()
  const log = createLog({ level: 'debug', redactor, destination: { write: line => void lines.push(line) } })
  const written = JSON.parse(JSON.stringify({ tools }).replaceAll('@told', told)) as Record<string, unknown>
  const config = await loadConfig({ cwd: folder, home: folder, env, config: written })
  const sources = openTools(config.tools, { log, redactor, ...options })
  return {
    sources,
    folder,
    told,
    heard: () => readFileSync(told, 'utf8').split('\n').slice(0, -1),
    log: () => lines.map(line => JSON.parse(line) as Record<string, unknown>),
    async [Symbol.asyncDispose]() {
      await sources.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

interface Wire {
  readonly messages: readonly { readonly role: string; readonly content: string }[]
  readonly tools?: readonly { readonly function: { readonly name: string; readonly description?: string; readonly parameters?: unknown } }[]
}
export const wireOf = (request: ReceivedRequest) => request.json as Wire

const replyOf = (...pieces: readonly object[]): Answer =>
  sse([...pieces, { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }])

export type ToolCall = readonly [name: string, args?: object]

/** A model that calls these tools, one after the other, and then says what the last one returned. */
export function calling(...calls: readonly ToolCall[]): Respond {
  return request => {
    const { messages } = wireOf(request)
    const results = messages.slice(messages.findLastIndex(({ role }) => role === 'user')).filter(({ role }) => role === 'tool')
    const [name, args = {}] = calls[results.length] ?? []
    if (name === undefined) return replyOf(said(results.at(-1)?.content ?? 'no tool'), finished())
    const call = { index: 0, id: `call_${results.length}`, type: 'function', function: { name, arguments: JSON.stringify(args) } }
    return replyOf(delta({ tool_calls: [call] }), finished('tool_calls'))
  }
}

export interface Chat extends AsyncDisposable {
  readonly served: Served
  readonly url: string
  ask(path: string, body: unknown, signal?: AbortSignal): Promise<Response>
  /** The answer of `POST /api/chat`. */
  say(body?: object): Promise<Answered>
}

export interface Answered {
  readonly conversation_id: string
  readonly message: { readonly content: string }
  readonly warnings: readonly string[]
}

/** The chat backend with tools, in front of a model. */
export async function chatWith(sources: ToolSources | undefined, respond: Respond): Promise<Chat> {
  const served = await serve(respond)
  const { host, storage, key } = served
  const { keys, conversations } = storage
  const gateway = createGateway({ host, keys, conversations, pressure: unpressed, ...(sources !== undefined && { tools: sources }) })
  const url = await gateway.listen({ host: '127.0.0.1', port: 0 })
  const ask: Chat['ask'] = (path, body, signal) =>
    fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal })
    })
  return {
    served,
    url,
    ask,
    async say(body = { message: 'Hi' }) {
      const response = await ask('/api/chat', body)
      if (!response.ok) throw new Error(await response.text())
      return (await response.json()) as Answered
    },
    async [Symbol.asyncDispose]() {
      await gateway.close(0)
      await served[Symbol.asyncDispose]()
    }
  }
}

/** The events of `POST /api/chat/stream`. */
export async function eventsOf(
  response: Response
): Promise<readonly { readonly event: string; readonly data: Readonly<Record<string, unknown>> }[]> {
  const frames = (await response.text()).split('\n\n').slice(0, -1)
  return frames.flatMap(frame => {
    const [, event = '', data = ''] = /^id: \d+\nevent: (\w+)\ndata: (.*)$/.exec(frame) ?? []
    return event === '' ? [] : [{ event, data: JSON.parse(data) as Record<string, unknown> }]
  })
}

/** Whether a process runs. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The processes that said that they were started. */
export const started = (heard: readonly string[]) => heard.filter(line => line.startsWith('started ')).map(line => Number(line.slice(8)))

export const gone = (pids: readonly number[]) => until(() => !pids.some(lives))
