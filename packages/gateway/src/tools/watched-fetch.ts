import { mostMessageBytes } from './mcp-limits.ts'

type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>

/**
 * `fetch` for the requests of MCP. An answer that is too large fails; a stream that fails is told by the id of its request, for which the SDK
 * would wait; and the request that a `notifications/cancelled` names is let go.
 */
export function watchedFetch(onFail: (id: string | number, reason: string) => void): Fetch {
  const running = new Map<string | number, AbortController>()
  return async (url, init = {}) => {
    const { id, cancels } = readMessage(init.body)
    const controller = new AbortController()
    const signal = init.signal ? AbortSignal.any([init.signal, controller.signal]) : controller.signal
    if (id !== undefined) running.set(id, controller)
    const end = () => void (id !== undefined && running.get(id) === controller && running.delete(id))
    const fail = (reason: string) => {
      if (id !== undefined && running.get(id) === controller) onFail(id, reason)
      end()
    }
    try {
      const response = await fetch(url, { ...init, signal })
      if (cancels !== undefined) running.get(cancels)?.abort()
      const { body, status, statusText, headers } = response
      if (body === null) {
        end()
        return response
      }
      const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true
      return new Response(watch(body, end, isStream ? fail : end), { status, statusText, headers })
    } catch (error) {
      end()
      throw error
    }
  }
}

interface Told {
  readonly id?: string | number
  /** Which request it cancels. */
  readonly cancels?: string | number
}

/** What the SDK says; it writes one message a request. */
function readMessage(body: RequestInit['body']): Told {
  if (typeof body !== 'string') return {}
  const { id, method, params } = JSON.parse(body) as {
    readonly id?: string | number
    readonly method?: string
    readonly params?: { readonly requestId?: string | number }
  }
  if (method === 'notifications/cancelled' && params?.requestId !== undefined) return { cancels: params.requestId }
  return id === undefined || method === undefined ? {} : { id }
}

function watch(body: ReadableStream<Uint8Array>, end: () => void, fail: (reason: string) => void): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let left = mostMessageBytes
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await reader.read()
        if (done) {
          end()
          return controller.close()
        }
        left -= value.byteLength
        if (left < 0) throw new Error('The answer is too large.')
        controller.enqueue(value)
      } catch (error) {
        controller.error(error)
        fail((error as Error).message)
        await reader.cancel().catch(() => {})
      }
    },
    async cancel(reason) {
      end()
      await reader.cancel(reason)
    }
  })
}
