import { isObject, textOf, type ModelListDialect } from '@resoftai/sdk'
import { get, type Api } from './api.ts'
import { isFailure, readError, unreadable } from './errors.ts'

/** The bots of a workspace that are published to the API channel; the first hundred. */
export function listBots(api: Api, workspace_id: string): ModelListDialect {
  return {
    encode: () => get(api, '/v1/bots', { workspace_id, publish_status: 'published_online', page_num: '1', page_size: '100' }),
    decode: body => {
      if (isObject(body) && isFailure(body)) throw readError(body)
      const { items } = isObject(body) && isObject(body.data) ? body.data : {}
      if (!Array.isArray(items)) throw unreadable('JSON that holds no list of bots')
      return items.flatMap((bot: unknown) => {
        const id = isObject(bot) ? textOf(bot.id) : undefined
        return id === undefined ? [] : [{ id }]
      })
    }
  }
}
