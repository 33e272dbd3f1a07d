import { spawn } from 'node:child_process'
import { appendFileSync, closeSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** A program that speaks MCP by hand, and in one way wrongly: its first argument says in which. */
const [, , way = '', told = '/dev/null'] = process.argv

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly cursor?: string; readonly name?: string }
  readonly error?: { readonly code: number }
}

/** Nothing of a test that failed is left behind for ever. */
const lifeMs = 60_000

const tell = (line: string) => appendFileSync(told, `${line}\n`)
const write = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
const tool = (name: string, more: object = {}) => ({ name, inputSchema: { type: 'object' }, ...more })
const nested = (levels: number): object => (levels === 0 ? {} : { properties: { a: nested(levels - 1) } })

const offers: Readonly<Record<string, readonly object[]>> = {
  'many tools': Array.from({ length: 500 }, (_each, index) => tool(`tool ${index}`)),
  'bad tools': [
    tool('good'),
    tool('good', { description: 'again' }),
    tool(''),
    tool('n'.repeat(200)),
    tool('long', { description: 'd'.repeat(100_000) }),
    tool('large', { inputSchema: { type: 'object', properties: { a: { description: 's'.repeat(70_000) } } } }),
    tool('deep', { inputSchema: { type: 'object', ...nested(500) } }),
    // A pattern that takes for ever, in a schema that is no schema.
    tool('slow', { inputSchema: { type: 'object', properties: { a: { pattern: '^(a+)+$', minimum: 'none' } } } })
  ]
}

const answers: Readonly<Record<string, (message: Message) => void>> = {
  initialize: ({ id }) => {
    if (way === 'silent') return
    if (way === 'broken answer') return void process.stdout.write('{"jsonrpc":"2.0","id":0,"result":{}}\n')
    if (way === 'end at once') process.exit(3)
    const capabilities = { tools: { listChanged: true } }
    write({ id, result: { protocolVersion: '2025-06-18', capabilities, serverInfo: { name: 'odd', version: '1' } } })
  },
  'tools/list': ({ id, params }) => {
    if (way === 'endless pages')
      return write({ id, result: { tools: [tool(`tool ${params?.cursor ?? ''}`)], nextCursor: `${params?.cursor ?? ''}x` } })
    write({ id, result: { tools: offers[way] ?? [tool('echo')] } })
  },
  'tools/call': ({ id }) => {
    if (way === 'asks') {
      write({ id: 'sampling', method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } })
      write({
        id: 'elicitation',
        method: 'elicitation/create',
        params: { message: 'Your password?', requestedSchema: { type: 'object', properties: {} } }
      })
      write({ id: 'roots', method: 'roots/list' })
    }
    if (way === 'leaves an heir') {
      // In a session of its own, with our standard output.
      const heir = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'inherit', detached: true })
      heir.unref()
      tell(`started ${heir.pid}`)
      process.exit(0)
    }
    if (way === 'many odd messages')
      for (let count = 0; count < 500; count++) write({ id: 1_000 + count, result: { text: 'o'.repeat(10_000) } })
    if (way === 'deaf') {
      process.stdin.pause()
      return pour(`${JSON.stringify({ jsonrpc: '2.0', id: 'x'.repeat(1_000), method: 'roots/list' })}\n`)
    }
    if (way === 'mute') {
      setTimeout(() => {}, lifeMs)
      return closeSync(1)
    }
    if (way === 'endless line') return pour('x'.repeat(1_000_000))
    if (way === 'many errors') {
      for (let count = 0; count < 500; count++) process.stderr.write(`${'e'.repeat(10_000)}\n`)
      process.stderr.write('\n', () => tell('written'))
    }
    write({ id, result: { content: [{ type: 'text', text: way === 'tells its key' ? `My key is ${process.env['KEY']}.` : 'echo' }] } })
  }
}

/** For ever, as fast as it is read. */
function pour(text: string): void {
  while (process.stdout.write(text));
  process.stdout.once('drain', () => pour(text))
}

tell(`started ${process.pid}`)
if (way === 'chatty') process.stdout.write('Welcome!\n{"not": "a message"}\n[]\n\n')
if (way === 'says why') process.stderr.write('There is no configuration for me.\n')
if (way === 'says why') process.exitCode = 4
else {
  if (way === 'stubborn' || way === 'stubborn child') {
    process.on('SIGTERM', () => {})
    setTimeout(() => {}, lifeMs)
  }
  if (way === 'tidy') {
    process.on('SIGTERM', () => {
      tell('told to end')
      process.exit()
    })
    setTimeout(() => {}, lifeMs)
  }
  if (way === 'stubborn child' || way === 'child') {
    const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setTimeout(() => {}, 60_000)'], { stdio: 'ignore' })
    tell(`started ${child.pid}`)
  }
  if (way === 'talks first') for (let count = 0; count < 1_000; count++) write({ method: 'notifications/tools/list_changed' })
  for await (const line of createInterface({ input: process.stdin })) {
    const message = JSON.parse(line) as Message
    if (message.error !== undefined) tell(`refused ${String(message.id)} ${message.error.code}`)
    answers[message.method ?? '']?.(message)
  }
}
