import type { CompiledQuery } from 'kysely'
import type { Database } from '../database.ts'
import { soughtText } from './check-text.ts'

export function removeConversation(database: Database, id: string, owner: string): Promise<boolean> {
  const end = database.kysely.deleteFrom('conversations').where('id', '=', soughtText(id)).where('owner', '=', soughtText(owner))
  return removeWithMessages(database, id, end.compile())
}

/** The conversation first: a turn that ends at this moment has either appended its messages before, or finds nothing to append to. */
export function removeWithMessages({ kysely, transact }: Database, id: string, end: CompiledQuery): Promise<boolean> {
  return transact(async ({ run, commit }) => {
    const [ended] = await run(end)
    if (ended?.changes !== 1) return false
    await commit(kysely.deleteFrom('conversation_messages').where('conversation', '=', id).compile())
    return true
  })
}
