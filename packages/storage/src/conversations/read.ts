import { setImmediate as othersTurn } from 'node:timers/promises'
import type { Database } from '../database.ts'
import { soughtText } from './check-text.ts'
import type { StoredMessage } from './types.ts'

/** Messages may hold images. */
const pageSize = 20

/** Page by page, and each only for the owner. */
export async function* readMessages({ kysely }: Database, id: string, owner: string): AsyncGenerator<StoredMessage> {
  const first = kysely
    .selectFrom('conversations')
    .innerJoin('conversation_messages as kept', 'kept.conversation', 'conversations.id')
    .select(['kept.position', 'kept.at', 'kept.message', 'kept.turn'])
    .where('conversations.id', '=', soughtText(id))
    .where('conversations.owner', '=', soughtText(owner))
    .orderBy('kept.position')
    .limit(pageSize)
  let page = await first.execute()
  for (;;) {
    for (const { position, at, message, turn } of page) {
      yield { position: Number(position), at: Number(at), message: JSON.parse(message) as unknown, turn }
    }
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return
    await othersTurn()
    page = await first.where('kept.position', '>', last.position).execute()
  }
}
