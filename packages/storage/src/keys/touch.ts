import type { Database } from '../database.ts'
import { toMs } from '../numbers.ts'
import type { KeyStore } from './types.ts'

const minuteMs = 60_000n

/** Remembers what it wrote: most calls come within a minute of another, and need no statement. */
export function createTouch({ kysely }: Database): KeyStore['touch'] {
  const written = new Map<string, bigint>()
  return async (id, at) => {
    const time = toMs('at', at)
    const last = written.get(id)
    if (last !== undefined && time < last + minuteMs) return
    await kysely
      .updateTable('client_keys')
      .set({ last_used_at: time })
      .where('id', '=', id)
      .where(key => key.or([key('last_used_at', 'is', null), key('last_used_at', '<=', time - minuteMs)]))
      .execute()
    written.set(id, time)
  }
}
