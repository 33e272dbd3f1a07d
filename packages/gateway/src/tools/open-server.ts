import type { ChildProcess } from 'node:child_process'
import { Client, ProtocolError, SdkHttpError, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import type { Log, ToolsConfig } from '@resoftai/core'
import { inTime } from './in-time.ts'
import { listTools } from './list-tools.ts'
import { serverTool } from './server-tool.ts'
import { StdioTransport } from './stdio-transport.ts'
import type { ToolSet } from './tool-set.ts'
import { watchedFetch } from './watched-fetch.ts'

export interface McpOptions {
  readonly log: Log
  /** Holds the programs that run. */
  readonly running: Set<ChildProcess>
  /** For each step of opening it. */
  readonly timeoutMs: number
  /** Gives up. */
  readonly signal: AbortSignal
}

/** Of what a server does wrongly, so much is logged. */
const mostOddities = 100
const mostReasonChars = 1_000
/** How long a server may take to hear that its session is over. */
const farewellMs = 1_000

/** Connects with an MCP server: a program that is started, or an address. */
export async function openServer(config: ToolsConfig, options: McpOptions): Promise<ToolSet> {
  try {
    return await connect(config, 'legacy', options)
  } catch (error) {
    if (!isRefusal(error)) throw error
    // It may know nothing but the protocol that has no `initialize`.
    return connect(config, 'auto', options)
  }
}

async function connect(config: ToolsConfig, mode: 'legacy' | 'auto', options: McpOptions): Promise<ToolSet> {
  const { log, timeoutMs, signal } = options
  let isStale = false
  let oddities = 0
  const client = new Client(
    { name: 'resoftai', version: '1' },
    {
      versionNegotiation: { mode },
      // Nobody is there whom a server could ask.
      inputRequired: { autoFulfill: false },
      listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => (isStale = true) } }
    }
  )
  const ended = Promise.withResolvers<void>()
  Object.assign(client, {
    onclose: () => ended.resolve(),
    onerror({ message }: Error) {
      if (++oddities <= mostOddities) log.debug('Something is odd about an MCP server.', { reason: message.slice(0, mostReasonChars) })
    }
  })
  const transport = openTransport(config, options)
  const giveUp = () => void transport.close()
  /** A server that is no longer there, or has forgotten the session, is left, so that it is connected with anew. */
  const ask = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer
    } catch (error) {
      if (isLost(error)) void client.close()
      throw error
    }
  }
  const list = async () =>
    (await ask(listTools(client, { only: config.only, timeout: timeoutMs, log }))).map(tool => serverTool(client, tool, ask))
  signal.addEventListener('abort', giveUp)
  try {
    await client.connect(transport, { timeout: timeoutMs, signal })
    let tools = await list()
    return {
      async list() {
        if (!isStale) return tools
        isStale = false
        tools = await list()
        return tools
      },
      ended: ended.promise,
      async close() {
        if (transport instanceof StreamableHTTPClientTransport) await inTime(transport.terminateSession(), farewellMs, '').catch(() => {})
        await client.close()
      }
    }
  } catch (error) {
    await transport.close()
    throw withLastWords(error, transport)
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

function openTransport(config: ToolsConfig, options: McpOptions): Transport {
  const { url, headers = {}, command = '', args = [], env = {}, folder } = config
  if (url === undefined) return new StdioTransport({ command, args, env, folder }, options)
  const fetch = watchedFetch((id, reason) =>
    transport.onmessage?.({ jsonrpc: '2.0', id, error: { code: -32_000, message: `The connection was cut: ${reason}` } })
  )
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers }, fetch })
  return transport
}

/** What a program wrote before it ended often tells why. */
function withLastWords(error: unknown, transport: Transport): unknown {
  const words = transport instanceof StdioTransport ? transport.lastWords : ''
  return words === '' || isRefusal(error) ? error : new Error(`${(error as Error).message} It wrote: ${words}`, { cause: error })
}

function isRefusal(error: unknown): boolean {
  return error instanceof ProtocolError || (error instanceof SdkHttpError && [400, 404, 405].includes(error.status ?? 0))
}

function isLost(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof SdkHttpError && error.status === 404)
}
