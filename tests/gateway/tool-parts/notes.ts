import { setTimeout as pause } from 'node:timers/promises'
import { fromJsonSchema, McpServer, type CallToolResult } from '@modelcontextprotocol/server'

/** What a test wants to hear of, from inside of the server. */
export interface NotesEvents {
  readonly onWaiting?: () => void
  readonly onCancelled?: () => void
  readonly onDie?: () => void
}

const text = (said: string): CallToolResult => ({ content: [{ type: 'text', text: said }] })
const shape = (properties: Readonly<Record<string, object>>) =>
  fromJsonSchema<Readonly<Record<string, unknown>>>({ type: 'object', properties, required: Object.keys(properties) })

/** An MCP server made with the official SDK. */
export function notes({ onWaiting, onCancelled, onDie }: NotesEvents = {}): McpServer {
  const server = new McpServer({ name: 'notes', version: '1' })
  const numbers = shape({ a: { type: 'number' }, b: { type: 'number' } })
  server.registerTool('add', { description: 'Adds two numbers.', inputSchema: numbers }, async ({ a, b }) =>
    text(String(Number(a) + Number(b)))
  )
  server.registerTool('read.note', { inputSchema: shape({ name: { type: 'string' } }) }, async ({ name }) =>
    text(`The note ${String(name)}.`)
  )
  server.registerTool('environment', {}, async () => text(JSON.stringify(process.env)))
  server.registerTool('fail', {}, async () => ({ ...text('There is no such note.'), isError: true }))
  server.registerTool('wait', {}, async ({ mcpReq: { signal } }) => {
    onWaiting?.()
    await pause(60_000, undefined, { signal, ref: false }).catch(() => onCancelled?.())
    return text('late')
  })
  server.registerTool('die', {}, async () => {
    onDie?.()
    await pause(60_000, undefined, { ref: false })
    return text('late')
  })
  server.registerTool('grow', {}, async () => {
    server.registerTool('grown', {}, async () => text('I am new.'))
    return text('grown')
  })
  server.registerTool('big', {}, async () => text('x'.repeat(10_000_000)))
  server.registerTool('picture', {}, async () => ({
    content: [
      { type: 'image', data: 'AAAA', mimeType: 'image/png' },
      { type: 'resource_link', name: 'a.txt', uri: 'file:///a.txt' },
      { type: 'resource', resource: { uri: 'file:///b.txt', text: 'from b' } },
      { type: 'resource', resource: { uri: 'file:///c.bin', blob: 'AAAA' } }
    ]
  }))
  server.registerTool('numbers', { outputSchema: shape({ sum: { type: 'number' } }) }, async () => ({
    content: [],
    structuredContent: { sum: 3 }
  }))
  return server
}
