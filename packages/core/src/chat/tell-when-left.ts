import { isProviderError, ProviderError, type ChatEvent, type Dialect, type ProviderData, type ProviderErrorKind } from '@resoftai/sdk'
import { askAside } from './ask-aside.ts'
import type { Key } from './key-ring.ts'
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
  try {
    const wire = (made as Dialect).cancel?.(data)
    if (wire === undefined) return
    const { secrets } = await tokens.secretsFor(wire, key)
    const { head } = await askAside(channel, wire, { secrets, connectTimeoutMs: settings.connectTimeoutMs, limitMs, late })
    log.debug('told the vendor that the reply was left', { status: head.status })
  } catch (error) {
    log.debug('the vendor could not be told that the reply was left', { error })
  }
}

function late(): ProviderError {
  return new ProviderError('timeout', 'The vendor does not answer.')
}
