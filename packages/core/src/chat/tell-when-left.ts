import { isProviderError, type ChatEvent, type Dialect, type ProviderData, type ProviderErrorKind } from '@resoftai/sdk'
import type { Key } from './key-ring.ts'
import { readBody } from './read-body.ts'
import type { ReplyReader } from './reply-reader.ts'
import type { StartedProvider } from './started-provider.ts'

/** Failures of this side, or of the way between: the vendor does not know of them, and works on. */
const unknownToVendor: ReadonlySet<ProviderErrorKind> = new Set(['cancelled', 'stalled', 'timeout', 'network', 'truncated'])

/** Nobody waits for it but the end of the process. */
const limitMs = 5_000

/** A reader that tells the vendor when its reply is left before the end, where the dialect has words for that. */
export function tellWhenLeft(reader: ReplyReader, provider: StartedProvider, key: Key): ReplyReader {
  const dialect = provider.made as Dialect
  if (dialect.cancel === undefined) return reader
  let data: ProviderData | undefined
  let isOver = false
  const see = (batch: readonly ChatEvent[] | undefined) => {
    for (const event of batch ?? []) {
      if (event.type === 'provider_data') data = { ...data, ...event.data }
      if (event.type === 'finish') isOver = true
    }
    isOver ||= batch === undefined
    return batch
  }
  const fail = (error: unknown): never => {
    isOver ||= !isProviderError(error) || !unknownToVendor.has(error.kind)
    throw error
  }
  return {
    read: () => reader.read().then(see, fail),
    close() {
      reader.close()
      if (isOver || data === undefined) return
      isOver = true
      const telling = tell(provider, key, data).finally(() => provider.farewells.delete(telling))
      provider.farewells.add(telling)
    }
  }
}

/** Never rejects: whoever leaves cannot be helped any more. */
async function tell({ made, channel, tokens, log, settings }: StartedProvider, key: Key, data: ProviderData): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  try {
    const wire = (made as Dialect).cancel?.(data)
    if (wire === undefined) return
    const { secrets } = await tokens.secretsFor(wire, key)
    const exchange = await channel.send(wire, { secrets, connectTimeoutMs: settings.connectTimeoutMs })
    timer = setTimeout(() => exchange.abort(new Error('The vendor does not answer.')), limitMs)
    const { status } = await exchange.response
    await readBody(exchange, { cut: true })
    log.debug('told the vendor that the reply was left', { status })
  } catch (error) {
    log.debug('the vendor could not be told that the reply was left', { error })
  } finally {
    clearTimeout(timer)
  }
}
