import { describe, expect, test } from '@jest/globals'
import { connect } from 'node:net'
import { withEachField, withEachText } from './good-bodies.ts'
import { hello } from './support.ts'
import { expectNobodyElse, fields, hidden, limitMs, openPlace } from './trapped-gateway.ts'

/** Of those, the ones that are tried in each object of a body, not only at its top. */
const nested = new Set(['api_base', 'url', 'server_url', 'mcp_servers'])
const wide = (address: string) => [
  address,
  { url: address, server_url: address, base_url: address },
  [{ type: 'mcp', server_url: address, url: address }]
]

describe('A10 whoever a client names is not asked by the gateway', () => {
  test(
    'in no text of any body',
    async () => {
      await using place = await openPlace()
      for (const address of place.addresses) {
        for (const route of place.routes) for (const body of withEachText(route.body, address)) await place.ask(route, body)
      }
      expect(place.served.service.requests.length).toBeGreaterThan(100)
      expect(place.served.service.requests.filter(({ body }) => body.includes(hidden))).toEqual([])
      await expectNobodyElse(place)
    },
    limitMs
  )

  test(
    'in no other field of any body',
    async () => {
      await using place = await openPlace()
      const [address = ''] = place.addresses
      for (const route of place.routes) {
        for (const field of fields) {
          if (nested.has(field)) for (const body of withEachField(route.body, field, address)) await place.ask(route, body)
          if (route.body !== undefined) for (const value of wide(address)) await place.ask(route, { ...route.body, [field]: value })
        }
      }
      expect(place.served.service.requests.length).toBeGreaterThan(100)
      await expectNobodyElse(place)
    },
    limitMs
  )

  test(
    'in no address, query or header',
    async () => {
      await using place = await openPlace()
      const names = [
        'x-api-base',
        'x-base-url',
        'x-forwarded-host',
        'x-original-url',
        'x-callback-url',
        'referer',
        'origin',
        'link',
        'via',
        'traceparent'
      ]
      for (const address of place.addresses) {
        const written = encodeURIComponent(address)
        const headers = Object.fromEntries([...names, 'last-event-id'].map(name => [name, address]))
        for (const { method, path, query, body } of place.routes) {
          await place.ask({ method, path: path.replace(/\{\w+\}/, written) }, body)
          const questions = [...query, ...fields].map(name => `${name}=${written}`)
          await place.ask({ method, path: `${path.replace(/\{\w+\}/, 'x')}?${questions.join('&')}` }, body, headers)
        }
      }
      await expectNobodyElse(place)
    },
    limitMs
  )

  test(
    'as the target or the host of a request',
    async () => {
      await using place = await openPlace()
      const { served, trap } = place
      const { host } = new URL(trap.url)
      const body = JSON.stringify(hello)
      const head = [
        `Authorization: Bearer ${served.key}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        'Connection: close'
      ]
      const heads = [
        [`POST ${trap.url}/v1/chat/completions HTTP/1.1`, `Host: ${host}`],
        ['POST /v1/chat/completions HTTP/1.1', `Host: ${host}`],
        [`CONNECT ${host} HTTP/1.1`, `Host: ${host}`],
        ['POST /v1/chat/completions HTTP/1.1', 'Host: gateway', `X-Forwarded-Host: ${host}`, `Forwarded: host=${host}`]
      ]
      for (const lines of heads) {
        const socket = connect(served.port, '127.0.0.1')
        socket.on('error', () => {}).write([...lines, ...head, '', body].join('\r\n'))
        await new Promise(resolve => socket.resume().once('close', resolve))
      }
      await expectNobodyElse(place)
    },
    limitMs
  )

  test(
    'and the address of a picture is for the vendor to ask, who gets it as it is',
    async () => {
      await using place = await openPlace()
      const chat = { method: 'POST', path: '/v1/chat/completions' }
      const messages = { method: 'POST', path: '/v1/messages' }
      const large = `data:image/png;base64,${'A'.repeat(5_000_000)}`
      for (const url of [`${place.trap.url}/cat.png`, 'http://169.254.169.254/latest/meta-data/', large]) {
        const content = [{ type: 'image_url', image_url: { url } }]
        await place.ask(chat, { ...hello, messages: [{ role: 'user', content }] })
        expect(place.served.service.requests.at(-1)?.json).toMatchObject({ messages: [{ content }] })
        const source = url === large ? { type: 'base64', media_type: 'image/png', data: 'A'.repeat(5_000_000) } : { type: 'url', url }
        await place.ask(messages, { ...hello, max_tokens: 9, messages: [{ role: 'user', content: [{ type: 'image', source }] }] })
        expect(place.served.service.requests.at(-1)?.json).toMatchObject({ messages: [{ content }] })
      }
      const { requests } = place.served.service
      for (const url of [`file://${place.folder}/hidden`, `${place.folder}/hidden`, 'gopher://127.0.0.1/', 'ftp://127.0.0.1/x']) {
        const part = { type: 'image_url', image_url: { url } }
        // A vendor of the same API judges it itself.
        await place.ask(chat, { ...hello, messages: [{ role: 'user', content: [part] }] })
        expect(requests.at(-1)?.json).toMatchObject({ messages: [{ content: [part] }] })
        const asked = requests.length
        const block = { type: 'image', source: { type: 'url', url } }
        const told = await place.ask(messages, { ...hello, max_tokens: 9, messages: [{ role: 'user', content: [block] }] })
        expect([told, requests.length]).toEqual([expect.stringContaining('"invalid_request"'), asked])
      }
      expect(requests.filter(({ body }) => body.includes(hidden))).toEqual([])
      await expectNobodyElse(place)
    },
    limitMs
  )
})
