import { expect, jest, test } from '@jest/globals'
import { tmpdir } from 'node:os'
import { fakeService, json } from '@resoftai/sdk/testing'
import { createHost, type Host } from 'resoftai'
import { Hosts } from '../../cli/src/serve/hosts.ts'
import { completion } from '../faults/support.ts'
import { hello, serve, until, vendorKey } from './support.ts'

const list = json({ object: 'list', data: [{ id: 'm1' }] })
const reply = json(completion('Hello'))

// Whatever else this machine does.
jest.setTimeout(60_000)

/** A host with one provider, `vendor`. */
const hostFor = (url: string): Promise<Host> =>
  createHost({
    env: {},
    cwd: tmpdir(),
    home: tmpdir(),
    config: { providers: { vendor: { plugin: 'openai-compatible', api_base: `${url}/v1`, api_key: vendorKey } }, log: { level: 'silent' } }
  })

test('a request that had only begun to look for its model keeps its host open, and gets its answer', async () => {
  await using served = await serve(reply)
  await using other = await fakeService(reply)
  const [looks, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const slow: Host = {
    ...served.host,
    async model(reference) {
      looks.resolve()
      await goesOn.promise
      return served.host.model(reference)
    }
  }
  await served.gateway.use({ host: slow })
  const asked = served.ask('/v1/chat/completions', hello)
  await looks.promise
  const next = await hostFor(other.url)
  let isUnused = false
  const leave = async (unused: Promise<void>) => {
    await unused
    isUnused = true
    await served.host.close()
  }
  const left = leave(served.gateway.use({ host: next }))
  expect((await served.ask('/v1/chat/completions', hello)).status).toBe(200)
  expect([other.requests.length, served.service.requests.length, isUnused]).toEqual([1, 0, false])
  goesOn.resolve()
  expect((await asked).status).toBe(200)
  expect([other.requests.length, served.service.requests.length]).toEqual([1, 1])
  await left
  await next.close()
})

test('a host is closed when nothing uses it any more, and at the end all of them are', async () => {
  const hosts = await Promise.all([1, 2, 3].map(() => hostFor('http://127.0.0.1:9')))
  const [first, second, third] = hosts as [Host, Host, Host]
  const areClosed = () => Promise.all(hosts.map(host => host.provider('vendor').then(() => false, isClosed)))
  const all = new Hosts(first, { warn: message => expect(message).toBeUndefined() })
  const unused = Promise.withResolvers<void>()
  all.replace(second, unused.promise)
  all.replace(third, new Promise(() => {}))
  expect(await areClosed()).toEqual([false, false, false])
  unused.resolve()
  await until(async () => (await areClosed()).includes(true))
  expect(await areClosed()).toEqual([true, false, false])
  await all.close()
  expect(await areClosed()).toEqual([true, true, true])
})

const isClosed = (error: unknown) => String(error).includes('The host is closed.')

test('a plain name of a model is still found when its vendor has no list after a change', async () => {
  let isDown = false
  await using served = await serve(({ method }) => (method === 'POST' ? reply : isDown ? json({}, { status: 500 }) : list))
  const ask = async () => (await served.ask('/v1/chat/completions', { ...hello, model: 'm1' })).status
  expect(await ask()).toBe(200)
  isDown = true
  const next = await hostFor(served.service.url)
  await served.gateway.use({ host: next })
  expect(await ask()).toBe(200)
  await next.close()
})

test('settings that cannot be used are refused at once, and nothing has changed', async () => {
  await using served = await serve(reply, { gateway: { anonymous: true, metrics: 'public' } })
  const { gateway, host, url } = served
  expect(() => gateway.use({ host, cors: ['nowhere'] })).toThrow('Invalid URL')
  const look = () => Promise.all(['/v1/models', '/metrics'].map(async path => (await fetch(url + path)).status))
  expect(await look()).toEqual([200, 200])
  // What is not named is as if it never had been.
  await gateway.use({ host })
  expect(await look()).toEqual([401, 401])
  expect((await served.ask('/v1/chat/completions', hello)).status).toBe(200)
})
