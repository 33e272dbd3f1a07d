import type { FastifyInstance } from 'fastify'
import { isHostError } from '@resoftai/core'
import { isStorageError, type ClientKey, type KeyStore } from '@resoftai/storage'
import { budgetDocument, costDocument } from '../admin/cost-document.ts'
import { keyDocument, timeOf } from '../admin/key-document.ts'
import { readCostQuery } from '../admin/read-cost-query.ts'
import { readGraceMs, readKeyChanges, readNewKey } from '../admin/read-key-body.ts'
import { GatewayError } from '../error.ts'
import { digestOf, newKey, shownOf } from '../guard/digest.ts'
import type { GatewayParts } from '../parts.ts'

interface Named {
  Params: { name: string }
}

/** Keys, budgets and costs, for admin keys: a route that does not say whom it is for is for them. */
export function adminRoutes(app: FastifyInstance, parts: GatewayParts, store: KeyStore): void {
  const { keys, clock } = parts
  app.get('/admin/keys', async () => ({ keys: (await store.list()).map(key => keyDocument(key, clock())) }))

  app.post('/admin/keys', async ({ body }, reply) => {
    const asked = readNewKey(body, clock())
    const secret = newKey()
    const key = await create(store, { ...asked, shown: shownOf(secret), digest: digestOf(secret) })
    return reply.status(201).send({ key: secret, ...keyDocument(key, clock()) })
  })

  app.patch<Named>('/admin/keys/:name', async ({ params: { name }, body }) => {
    const key = known(await store.update(name, readKeyChanges(body, clock())), name)
    keys.forget()
    return keyDocument(key, clock())
  })

  app.post<Named>('/admin/keys/:name/rotate', async ({ params: { name }, body }) => {
    const graceUntil = clock() + readGraceMs(body)
    const secret = newKey()
    const key = known(await store.rotate(name, { digest: digestOf(secret), shown: shownOf(secret), graceUntil }), name)
    keys.forget()
    return { key: secret, ...keyDocument(key, clock()), oldValidUntil: timeOf(graceUntil) }
  })

  app.delete<Named>('/admin/keys/:name', async ({ params: { name } }) => {
    const key = known(await store.revoke(name, clock()), name)
    keys.forget()
    return keyDocument(key, clock())
  })

  app.get('/admin/budgets', async () => ({ budgets: (await fromBooks(() => parts.host.ledger.budgets())).map(budgetDocument) }))

  app.get('/admin/costs', async ({ query }) => {
    const { filter, by } = readCostQuery(query, clock())
    const totals = await fromBooks(() => parts.host.ledger.totals(filter, by))
    return { since: timeOf(filter.since), until: timeOf(filter.until ?? null), costs: totals.map(one => costDocument(one, by)) }
  })
}

async function create(store: KeyStore, key: Parameters<KeyStore['create']>[0]): Promise<ClientKey> {
  try {
    return await store.create(key)
  } catch (error) {
    // All else that could be wrong with it was checked before.
    if (!isStorageError(error) || error.kind !== 'usage') throw error
    throw new GatewayError(`There is a key ${JSON.stringify(key.name)} already.`, {
      status: 409,
      type: 'invalid_request_error',
      code: 'key_exists',
      param: 'name',
      hint: 'Use another name, or revoke that key.'
    })
  }
}

function known(key: ClientKey | undefined, name: string): ClientKey {
  if (key !== undefined) return key
  throw new GatewayError(`There is no valid key ${JSON.stringify(name.slice(0, 200))}.`, {
    status: 404,
    type: 'not_found_error',
    code: 'key_not_found',
    hint: 'GET /admin/keys lists them.'
  })
}

async function fromBooks<Value>(read: () => Promise<Value>): Promise<Value> {
  try {
    return await read()
  } catch (error) {
    if (!isHostError(error)) throw error
    if (error.kind === 'usage') {
      throw new GatewayError('This host keeps no ledger.', { status: 404, type: 'not_found_error', code: 'no_ledger', cause: error })
    }
    throw new GatewayError('The ledger cannot be read now.', { status: 503, type: 'api_error', code: 'ledger_unavailable', cause: error })
  }
}
