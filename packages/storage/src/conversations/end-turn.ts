import { sql } from 'kysely'
import type { Database } from '../database.ts'
import type { ConversationsTable } from '../tables.ts'
import { soughtText } from './check-text.ts'
import { toJson } from './message-json.ts'

export async function endTurn(
  { kysely, now, transact }: Database,
  id: string,
  turn: string,
  messages: readonly unknown[]
): Promise<boolean> {
  const kept = messages.map(toJson)
  const end = kysely
    .updateTable('conversations')
    .set({
      turn: null,
      turn_until: null,
      messages: sql`messages + cast(${BigInt(kept.length)} as bigint)`,
      ...(kept.length > 0 && { updated_at: now })
    })
    .where('id', '=', soughtText(id))
    .where('turn', '=', soughtText(turn))
    .returning('messages')
    .compile()
  return transact(async ({ run, commit }) => {
    const [ended] = await run(end)
    const [row] = (ended?.rows ?? []) as Pick<ConversationsTable, 'messages'>[]
    if (row === undefined) return false
    const first = row.messages - BigInt(kept.length)
    const append = (message: string, index: number) =>
      kysely
        .insertInto('conversation_messages')
        .values({ conversation: id, position: first + BigInt(index), at: now, message, turn })
        .compile()
    await commit(...kept.map(append))
    return true
  })
}
