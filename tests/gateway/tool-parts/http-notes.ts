import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { createMcpHandler, isInitializeRequest, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import { notes, type NotesEvents } from './notes.ts'

export interface HttpNotes extends AsyncDisposable {
  readonly url: string
  /** Headers and bodies of all requests so far. */
  readonly requests: readonly { readonly method: string; readonly headers: Readonly<Record<string, string>>; readonly body: string }[]
  /** As after a restart: sessions are forgotten. */
  forget(): void
  /** Requests that are being answered. */
  open(): number
  /** Breaks every connection. */
  cut(): void
}

/** The same server over streamable HTTP: with sessions, or in the protocol that has none. */
export async function httpNotes(kind: 'sessions' | 'modern' = 'sessions', events: NotesEvents = {}): Promise<HttpNotes> {
  const requests: HttpNotes['requests'][number][] = []
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()
  const modern = createMcpHandler(() => notes(events), { legacy: 'reject' })

  async function answer(request: Request, body: string): Promise<Response> {
    if (kind === 'modern') return modern.fetch(request)
    const known = sessions.get(request.headers.get('mcp-session-id') ?? '')
    if (known !== undefined) return known.handleRequest(request)
    if (body === '' || !isInitializeRequest(JSON.parse(body))) return new Response('There is no such session.', { status: 404 })
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: id => void sessions.set(id, transport),
      onsessionclosed: id => void sessions.delete(id)
    })
    await notes(events).connect(transport)
    return transport.handleRequest(request)
  }

  let open = 0
  const server = createServer((incoming, response) => {
    open++
    response.on('close', () => open--)
    const handle = async () => {
      const body = await textOf(incoming)
      const headers = incoming.headers as Record<string, string>
      const { method = 'GET', url = '/' } = incoming
      requests.push({ method, headers, body })
      const gone = new AbortController()
      response.on('close', () => gone.abort())
      const request = new Request(`http://127.0.0.1${url}`, { method, headers, signal: gone.signal, ...(body !== '' && { body }) })
      const answered = await answer(request, body)
      response.writeHead(answered.status, Object.fromEntries(answered.headers))
      response.flushHeaders()
      if (answered.body === null) response.end()
      else
        Readable.fromWeb(answered.body as ReadableStream)
          .on('error', () => response.destroy())
          .pipe(response)
    }
    handle().catch(error => response.destroy(error as Error))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    requests,
    open: () => open,
    forget: () => sessions.clear(),
    cut: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const bytes of incoming.setEncoding('utf8')) text += bytes as string
  return text
}
