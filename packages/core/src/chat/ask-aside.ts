import type { ProviderError, WireRequest } from '@resoftai/sdk'
import type { Channel, ResponseHead } from '../transport/index.ts'
import { readBody } from './read-body.ts'

interface AsideOptions {
  readonly secrets: ReadonlyMap<string, string>
  readonly connectTimeoutMs: number
  /** For all of it, once it is sent. */
  readonly limitMs: number
  /** What it fails with when that is over. */
  readonly late: () => ProviderError
}

/** A request that belongs to no call: its whole answer, whatever the status. */
export async function askAside(
  channel: Channel,
  wire: WireRequest,
  { secrets, connectTimeoutMs, limitMs, late }: AsideOptions
): Promise<{ readonly head: ResponseHead; readonly body: string }> {
  const exchange = await channel.send(wire, { secrets, connectTimeoutMs })
  const timer = setTimeout(() => exchange.abort(late()), limitMs)
  try {
    return { head: await exchange.response, body: await readBody(exchange) }
  } finally {
    clearTimeout(timer)
  }
}
