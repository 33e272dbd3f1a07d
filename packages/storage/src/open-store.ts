import { createConversationStore } from './conversations/index.ts'
import type { Database } from './database.ts'
import { createKeyStore } from './keys/index.ts'
import { createLedgerStore } from './ledger/index.ts'
import { migrate } from './migrate.ts'
import { createReplyStore } from './replies/index.ts'
import type { Storage } from './storage.ts'
import type { StorageUrl } from './url.ts'

export async function openStore(place: StorageUrl): Promise<Storage> {
  const database = await openDatabase(place)
  try {
    await migrate(database)
  } catch (error) {
    await database.close()
    throw database.explain(error)
  }
  const shared = { ...database, close: async () => {} }
  const ledger = createLedgerStore(shared)
  const keys = createKeyStore(shared)
  const conversations = createConversationStore(shared)
  const replies = createReplyStore(shared)
  return {
    ledger,
    keys: keys.store,
    conversations: conversations.store,
    replies: replies.store,
    async close() {
      keys.close()
      conversations.close()
      replies.close()
      await ledger.close()
      await database.close()
    }
  }
}

async function openDatabase(place: StorageUrl): Promise<Database> {
  if (place.database === 'sqlite') {
    const { openSqlite } = await import('./sqlite/index.ts')
    return openSqlite(place.file)
  }
  const { openPostgres } = await import('./postgres/index.ts')
  return openPostgres(place.url, place.shown)
}
