import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { describedRoutes } from './described-routes.ts'
import { withEachField, withEachText } from './good-bodies.ts'
import { answerAnything, serveWithChat } from './with-chat.ts'

const long = process.env['FAULTS'] === 'long'

/** What makes a rule that goes back over what it read do so: each piece again and again, and then an end that does not fit. */
const pieces = long
  ? [
      'a',
      ' ',
      '\t',
      '\n',
      '(',
      '[',
      '{',
      '"',
      '\\u',
      '-',
      '/',
      '*',
      '.',
      '=',
      ',',
      '@',
      '0',
      '\u0000',
      '\u{1f600}',
      'a ',
      'a.',
      '/*',
      'http://',
      '{{secret:'
    ]
  : ['a', ' ']

const size = 100_000
const evil = (piece: string, length: number) => `x${piece.repeat(length / piece.length)}!`
/** As long, and as anybody writes. */
const harmless = (length: number) =>
  'The quick brown fox jumps over the lazy dog, and then it sleeps. '.repeat(length / 65 + 1).slice(0, length)

/** What is quadratic takes some hundred times as long, and more. Whether a request is refused or answered is a difference of thirty. */
const mostTimes = 100
/** These are shorter. */
const mostTimesInHeaders = 40

/**
 * What work takes of the processor, in microseconds; done again where it took more than enough, and later each time, as this process may do
 * something else too.
 */
async function costOf(work: () => Promise<unknown>, enough = Infinity): Promise<number> {
  let least = Infinity
  for (let time = 0; time === 0 || (time < 10 && least > enough); time++) {
    if (time > 2) await sleep(20 * time)
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, user + system)
  }
  return least
}

describe('A25 a long and evil text costs no more than a harmless one', () => {
  test('in any text, new field or name of a field of any body', async () => {
    await using served = await serveWithChat(answerAnything)
    const { secret: admin } = await served.makeKey({ role: 'admin' })
    const places = (await describedRoutes(served.url)).flatMap(({ method, path, body }) => {
      const to = { method, url: served.url + path.replace(/\{\w+\}/, 'x'), key: path.startsWith('/admin') ? admin : served.key }
      const bodies = (text: string) => [
        ...withEachText(body, text),
        ...withEachField(body, 'strange', text),
        ...withEachField(body, text, 1)
      ]
      // One text after another, the same place in each.
      return bodies('').map((_each, index) => ({ ...to, bodyOf: (text: string) => JSON.stringify(bodies(text)[index]) }))
    })
    expect(places.length).toBeGreaterThan(150)
    for (const { method, url, key, bodyOf } of places) {
      const send = (body: string) => async () => {
        const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
        const response = await fetch(url, { method, headers, body })
        await response.arrayBuffer()
        if (response.status >= 500) throw new Error(`${method} ${url} ${response.status}`)
      }
      const usual = await costOf(send(bodyOf(harmless(size))))
      for (const piece of pieces) {
        const cost = await costOf(send(bodyOf(evil(piece, size))), usual * 10)
        if (cost > usual * mostTimes) throw new Error(`${JSON.stringify(piece)} in ${method} ${url} takes ${cost / usual} times as long`)
      }
    }
  }, 300_000)

  test('in the address, any part of the query and any header', async () => {
    await using served = await serveWithChat(answerAnything)
    const { secret: admin } = await served.makeKey({ role: 'admin' })
    // More is refused unread, whatever is in it.
    const most = 12_000
    const inAddress = (text: string) => encodeURIComponent(text).slice(0, most)
    const names = [
      'accept',
      'user-agent',
      'last-event-id',
      'x-api-key',
      'authorization',
      'origin',
      'content-type',
      'cookie',
      'x-request-id'
    ]
    const places = (await describedRoutes(served.url)).flatMap(({ method, path, query, body }) => {
      const key = path.startsWith('/admin') ? admin : served.key
      const to = { method, authorization: `Bearer ${key}`, body: JSON.stringify(body) }
      const plain = served.url + path.replace(/\{\w+\}/, 'x')
      const inPath = path.includes('{')
        ? [(text: string) => [served.url + path.replace(/\{\w+\}/, () => inAddress(text)), {}] as const]
        : []
      const inQuery = [...query, 'strange'].map(name => (text: string) => [`${plain}?${name}=${inAddress(text)}`, {}] as const)
      const inHeader = names.map(name => (text: string) => [plain, { [name]: text }] as const)
      return [...inPath, ...inQuery, ...inHeader].map(place => ({ ...to, place }))
    })
    for (const { method, authorization, body, place } of places) {
      const send = (text: string) => async () => {
        const [url, headers] = place(text)
        const response = await fetch(url, {
          method,
          headers: { authorization, 'content-type': 'application/json', ...headers },
          ...(body !== undefined && { body })
        })
        await response.arrayBuffer()
        if (response.status >= 500) throw new Error(`${method} ${url.slice(0, 100)} ${response.status}`)
      }
      const usual = await costOf(send(harmless(most)))
      for (const piece of pieces) {
        const text = evil(piece, most).replace(/[^\t\u0020-\u007e]/g, '?')
        const cost = await costOf(send(text), usual * 10)
        if (cost > usual * mostTimesInHeaders)
          throw new Error(`${JSON.stringify(piece)} in ${method} ${JSON.stringify(place('…'))} takes ${cost / usual} times as long`)
      }
    }
  }, 300_000)
})
