import type { ConversationStore } from '@resoftai/storage'
import { badRequest } from '../error.ts'
import { conversationDocument } from './documents.ts'

const usual = 20
const most = 100

/** Of `GET /api/conversations?limit=20&before=…`: the one that was written to last comes first. */
export async function listConversations(store: ConversationStore, owner: string, query: unknown): Promise<object> {
  const { limit = String(usual), before } = query as Readonly<Record<string, unknown>>
  const count = typeof limit === 'string' && /^[1-9]\d{0,2}$/.test(limit) ? Number(limit) : Infinity
  if (count > most) throw badRequest(`\`limit\` must be a whole number from 1 to ${most}.`, 'limit')
  if (before !== undefined && (typeof before !== 'string' || (await store.find(before, owner)) === undefined))
    throw badRequest('`before` must be the id of the last conversation of a page.', 'before')
  const found = await store.list(owner, { limit: count, ...(before !== undefined && { before }) })
  return { conversations: found.map(conversationDocument), next: found.length === count ? (found.at(-1)?.id ?? null) : null }
}
