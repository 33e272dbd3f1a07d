import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Agent, METHODS, request } from 'node:http'
import { fakeService, json } from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { completion } from '../faults/support.ts'
import { describedRoutes } from './described-routes.ts'
import { serveApart, type Running } from './serve-process.ts'
import { hello, vendorKey } from './support.ts'

let sandbox: Sandbox
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.remove())

/** `npm run faults -- --long`: as many as the row says. */
const many = process.env['FAULTS'] === 'long' ? 10_000 : 1_500

const pages = ['/docs', '/docs/start.js', '/docs/swagger-ui.css', '/docs/swagger-ui-bundle.js', '/redoc', '/openapi.json']
const reply = json(completion('an answer of its own'))

async function makeKey(name: string, ...options: readonly string[]): Promise<string> {
  return (await sandbox.run(['keys', 'create', name, ...options])).stdout.trim()
}

describe('A21', () => {
  test.each([
    { docs: 'public', metrics: 'admin', gateway: {} },
    { docs: 'admin', metrics: 'public', gateway: { docs: 'admin', metrics: 'public' } }
  ])('the pages are for $docs and the metrics for $metrics where the configuration says $gateway', async ({ docs, metrics, gateway }) => {
    await using service = await fakeService(reply)
    await using running = await serveApart(sandbox, service.url, { gateway })
    const admin = await makeKey('root', '--admin')
    const statuses = (path: string) =>
      Promise.all(
        [undefined, 'rk-wrong', running.key, admin].map(async key => {
          const { status } = await fetch(running.url + path, { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } })
          return status
        })
      )
    const expected = { admin: [401, 401, 403, 200], public: [200, 200, 200, 200] }
    for (const page of pages) expect([page, await statuses(page)]).toEqual([page, expected[docs as 'admin' | 'public']])
    expect(await statuses('/metrics')).toEqual(expected[metrics as 'admin' | 'public'])
  })

  test('the metrics have lines for closed lists of words only, however many different requests there were, and nothing of them', async () => {
    await using service = await fakeService(reply)
    await using running = await serveApart(sandbox, `${service.url}/v1`, { gateway: { metrics: 'public' } })
    const keys = [running.key ?? '']
    for (let index = 0; index < 3; index++) keys.push(await makeKey(`canary-key-${index}`))
    const agent = new Agent({ keepAlive: true, maxSockets: 16 })
    await Promise.all(Array.from({ length: many }, (_each, number) => ask(running, agent, keys, number)))
    agent.destroy()
    const text = await (await fetch(`${running.url}/metrics`)).text()
    const labels = labelsOf(text)
    const routes = (await describedRoutes(running.url)).map(({ path }) => path.replace('{model}', '*').replace(/\{(\w+)\}/, ':$1'))
    const words: Readonly<Record<string, (value: string) => boolean>> = {
      route: value => ['none', ...routes].includes(value),
      method: value => METHODS.includes(value),
      status: value => /^[1-5]\d\d$/.test(value),
      provider: value => ['vendor', 'simulator'].includes(value),
      currency: value => value === 'USD',
      le: value => value === '+Inf' || Number(value) > 0
    }
    const isWord = (value: string) => /^[a-z_]{1,20}$/.test(value)
    expect(labels.filter(([name, value]) => !(words[name] ?? isWord)(value))).toEqual([])
    expect(new Set(labels.map(([name]) => name))).toEqual(new Set(['route', 'method', 'status', 'provider', 'result', 'kind', 'le']))
    expect(text).toContain('resoftai_calls_total{provider="vendor",result="finished"}')
    expect(text).not.toMatch(/canary|rk-|an answer|default/i)
    for (const secret of [vendorKey, ...keys]) expect(text).not.toContain(secret.slice(5))
  }, 120_000)
})

function labelsOf(text: string): readonly (readonly [name: string, value: string])[] {
  const lines = text.split('\n').filter(line => !line.startsWith('#'))
  return lines.flatMap(line => [...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value] as const))
}

/** These are no requests to a route. */
const others = new Set(['CONNECT', 'HEAD', 'GET', 'POST', 'OPTIONS'])
const methods = METHODS.filter(method => !others.has(method))

/** No two are the same: the model, the path, the method, the key, the user or what is said. */
function ask({ url }: Running, agent: Agent, keys: readonly string[], number: number): Promise<unknown> {
  const word = `canary-${number}`
  const good = { authorization: `Bearer ${keys[number % keys.length]}`, 'content-type': 'application/json', 'user-agent': word }
  const body = { ...hello, user: word, messages: [{ role: 'user', content: word }] }
  const kinds: readonly (readonly [string, string, Readonly<Record<string, string>>, object?])[] = [
    ['POST', '/v1/chat/completions', good, { ...body, model: `vendor/${word}` }],
    ['POST', '/v1/chat/completions', good, { ...body, model: word }],
    ['GET', `/v1/models/${word}?${word}`, good],
    ['GET', `/${word}/x`, good],
    [methods[Math.floor(number / 8) % methods.length] ?? '', `/${word}`, good],
    ['GET', '/v1/models', { authorization: `Bearer rk-${word}` }],
    ['GET', `/api/conversations/${word}`, good],
    ['DELETE', `/admin/keys/${word}`, good]
  ]
  const [method, path, headers, sent] = kinds.at(number % kinds.length)!
  return new Promise((resolve, reject) => {
    const call = request(url + path, { method, agent, headers }, response => response.resume().once('end', resolve))
    call.once('error', reject).end(sent && JSON.stringify(sent))
  })
}
