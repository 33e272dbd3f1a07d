import { createHook } from 'node:async_hooks'

/** What this process has asked of the world around it since it was watched. */
export interface Outside extends Disposable {
  /** `127.0.0.1:8080`, for each connection that was begun, made or not. */
  readonly connections: () => readonly string[]
  /** Each name that was looked up. */
  readonly names: () => readonly string[]
  /** How many processes and threads were started, and datagrams sent. */
  readonly others: () => number
}

interface Request {
  readonly address?: string
  readonly port?: number
  readonly hostname?: string
}

const connects = 'TCPCONNECTWRAP'
const lookups: ReadonlySet<string> = new Set(['GETADDRINFOREQWRAP', 'QUERYWRAP'])
const others: ReadonlySet<string> = new Set(['PROCESSWRAP', 'PIPECONNECTWRAP', 'UDPSENDWRAP', 'WORKER'])

/** By what Node.js itself has to make for it, so that nothing goes past. */
export function watchOutside(): Outside {
  const seen: { readonly type: string; readonly request: Request }[] = []
  const hook = createHook({
    init(_id, type, _trigger, request) {
      // Where it leads is written on it afterwards.
      if (type === connects || lookups.has(type) || others.has(type)) seen.push({ type, request })
    }
  }).enable()
  const of = (matches: (type: string) => boolean) => seen.filter(({ type }) => matches(type)).map(({ request }) => request)
  return {
    connections: () => of(type => type === connects).map(({ address, port }) => `${address}:${port}`),
    names: () => of(type => lookups.has(type)).map(({ hostname }) => String(hostname)),
    others: () => of(type => others.has(type)).length,
    [Symbol.dispose]: () => void hook.disable()
  }
}
