import { expect, test } from '@jest/globals'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { withEachField, withEachText } from './good-bodies.ts'
import { expectNobodyElse, fields, limitMs, openPlace } from './trapped-gateway.ts'

test(
  'A23 whoever has an admin key runs no command and reaches no other machine by any admin address',
  async () => {
    await using place = await openPlace()
    const marker = join(place.folder, 'was-here')
    const commands = [
      `$(touch ${marker})`,
      `; touch ${marker} #`,
      `| touch ${marker}`,
      `\`touch ${marker}\``,
      `a\ntouch ${marker}`,
      `'; .shell touch ${marker}`
    ]
    const routes = place.routes.filter(({ path }) => path.startsWith('/admin/'))
    expect(routes.length).toBeGreaterThanOrEqual(7)
    for (const text of [...commands, ...place.addresses]) {
      const written = encodeURIComponent(text)
      const isFirst = text === commands[0] || text === place.addresses[0]
      for (const { method, path, query, body } of routes) {
        const there = path.replace('{name}', 'ann')
        await place.ask({ method, path: path.replace('{name}', written) }, body)
        await place.ask({ method, path: `${there}?${[...query, ...fields].map(name => `${name}=${written}`).join('&')}` }, body)
        for (const name of query) await place.ask({ method, path: `${there}?${name}=${written}` })
        for (const other of withEachText(body, text)) await place.ask({ method, path: there }, other)
        for (const field of isFirst ? [...fields, 'command', 'exec', 'test', 'file'] : []) {
          for (const other of withEachField(body, field, text)) await place.ask({ method, path: there }, other)
        }
      }
    }
    expect(existsSync(marker)).toBe(false)
    expect(place.served.service.requests).toEqual([])
    await expectNobodyElse(place)
  },
  limitMs
)
