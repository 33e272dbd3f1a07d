import { describe, expect, test } from '@jest/globals'
import type { LookupFunction } from 'node:net'
import { fakeService, json } from '@resoftai/sdk/testing'
import { expandHosts } from '../src/config/allowed-hosts.ts'
import type { Origin } from '../src/config/index.ts'
import { mayConnect } from '../src/transport/addresses.ts'
import { createChannel, createTransport, type Reach } from '../src/transport/index.ts'

const bundled: Origin = { from: 'preset', preset: 'local' }
const written: Origin = { from: 'file', file: 'resoftai.config.yaml' }

describe('an address', () => {
  test.each<[string, boolean, boolean, boolean]>([
    // address, from the public internet only, private networks too, as localhost
    ['93.184.216.34', true, true, false],
    ['2606:4700::1', true, true, false],
    ['::ffff:93.184.216.34', true, true, false],
    ['64:ff9b::5db8:d822', true, true, false],
    ['198.18.0.7', true, true, false],
    ['127.0.0.1', false, true, true],
    ['127.9.9.9', false, true, true],
    ['::1', false, true, true],
    ['::ffff:127.0.0.1', false, true, true],
    ['::ffff:7f00:1', false, true, true],
    ['10.0.0.1', false, true, false],
    ['172.16.0.1', false, true, false],
    ['172.32.0.1', true, true, false],
    ['192.168.1.1', false, true, false],
    ['100.64.0.1', false, true, false],
    ['fd12::1', false, true, false],
    ['::ffff:10.0.0.1', false, true, false],
    ['64:ff9b::a00:1', false, true, false],
    ['169.254.169.254', false, false, false],
    ['::ffff:169.254.169.254', false, false, false],
    ['64:ff9b::a9fe:a9fe', false, false, false],
    ['fe80::1', false, false, false],
    ['fe80::1%eth0', false, false, false],
    ['100.100.100.200', false, false, false],
    ['fd00:ec2::254', false, false, false],
    ['0.0.0.0', false, false, false],
    ['::', false, false, false],
    ['::7f00:1', false, false, false],
    ['2002:7f00:1::', false, false, false],
    ['224.0.0.1', false, false, false],
    ['255.255.255.255', false, false, false],
    ['ff02::1', false, false, false]
  ])('%s may be reached: %s, within private networks %s, as localhost %s', (address, isPublic, isPrivate, isLocal) => {
    expect(mayConnect('a.example', address, 'public')).toBe(isPublic)
    expect(mayConnect('a.example', address, 'private')).toBe(isPrivate)
    expect(mayConnect('a.localhost', address, 'private')).toBe(isLocal)
  })
})

describe('how far a provider reaches', () => {
  test.each<[string, Origin, boolean | undefined, Reach]>([
    ['https://api.example.com/v1', written, undefined, 'public'],
    ['https://api.example.com/v1', written, false, 'public'],
    ['https://api.example.com/v1', written, true, 'private'],
    ['http://localhost:11434', bundled, undefined, 'private'],
    ['http://127.0.0.1:11434', bundled, undefined, 'private'],
    ['http://127.0.0.1:11434', written, undefined, 'any'],
    ['http://2130706433', written, undefined, 'any'],
    ['http://[fd00::1]:8000', written, undefined, 'any'],
    ['http://169.254.169.254', written, undefined, 'any'],
    ['http://169.254.169.254', bundled, undefined, 'private'],
    ['http://169.254.169.254', { from: 'default' }, undefined, 'private'],
    ['http://ollama:11434', written, undefined, 'private'],
    ['http://gpu.lan', written, undefined, 'private'],
    ['http://gpu.home.arpa.', written, undefined, 'private'],
    ['http://metadata.google.internal', written, undefined, 'private'],
    ['http://gpu.lan.example.com', written, undefined, 'public'],
    ['http://notlan', written, undefined, 'private'],
    ['http://not-lan.example', written, undefined, 'public']
  ])('api_base %s from %j with private_network %s: %s', (address, origin, privateNetwork, expected) => {
    const config = { api_base: address, ...(privateNetwork !== undefined && { private_network: privateNetwork }) }
    const { allowed, reach } = expandHosts(['${config.api_base}'], config, { api_base: origin })
    expect(reach.get(allowed[0] ?? '') ?? 'public').toBe(expected)
  })

  test('hosts of a manifest are public, whatever they look like, unless the private network is allowed', () => {
    const hosts = ['http://127.0.0.1:1234', 'localhost', '*.example.com']
    expect(expandHosts(hosts, {}, {}).reach).toEqual(new Map())
    const { allowed, reach } = expandHosts(hosts, { private_network: true }, {})
    expect([...reach]).toEqual(allowed.map(host => [host, 'private']))
  })
})

describe('the channel', () => {
  const open = (origin: string, reach: Reach) => {
    const channel = createChannel({
      transport: { send: () => Promise.reject(new Error('sent')), close: async () => {} },
      allowedHosts: [origin],
      reach: new Map([[origin, reach]]),
      secretQuery: []
    })
    return async () => channel.send({ url: `${origin}/v1`, headers: {} }, { secrets: new Map() })
  }

  test.each<[string, Reach, boolean]>([
    ['http://127.0.0.1:1', 'public', false],
    ['http://127.0.0.1:1', 'private', true],
    ['http://[::ffff:7f00:1]:1', 'public', false],
    ['http://169.254.169.254', 'private', false],
    ['http://169.254.169.254', 'any', true],
    ['http://93.184.216.34', 'public', true],
    ['http://localhost:1', 'public', true]
  ])('judges a written address: %s as %s passes: %s', async (origin, reach, passes) => {
    const failure = passes ? new Error('sent') : expect.objectContaining({ kind: 'permission', code: 'private_address', retryable: false })
    await expect(open(origin, reach)()).rejects.toEqual(failure)
  })
})

describe('a connection', () => {
  /** Names mean one list of addresses after the other. */
  const resolving = (...answers: readonly (readonly string[])[]) => {
    let asked = 0
    const lookup: LookupFunction = (_host, _options, callback) => {
      const addresses = answers[Math.min(asked++, answers.length - 1)] ?? []
      callback(
        null,
        addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
      )
    }
    return createTransport({ lookup })
  }
  const ask = async (transport: ReturnType<typeof createTransport>, origin: string, reach: Reach) => {
    const exchange = await transport.send({ method: 'POST', origin, path: '/', headers: {}, body: '{}', reach })
    const { status } = await exchange.response
    await exchange.read()
    return status
  }

  test('of a public provider never leads to a private address, whatever its name says', async () => {
    await using service = await fakeService(json({}))
    const transport = resolving(['127.0.0.1'])
    const asking = ask(transport, service.url.replace('127.0.0.1', 'api.example.com'), 'public')
    await expect(asking).rejects.toMatchObject({
      kind: 'permission',
      code: 'private_address',
      retryable: false,
      message: expect.stringContaining('api.example.com (127.0.0.1)'),
      hint: 'Set `private_network: true` for this provider if that is meant.'
    })
    await transport.close()
    expect(service.requests).toHaveLength(0)
    expect(service.openSockets()).toBe(0)
  })

  test('is judged by the very answer that it is made with: a name that changes its meaning gains nothing', async () => {
    await using service = await fakeService(json({}, { headers: { connection: 'close' } }))
    const transport = resolving(['127.0.0.1'], ['169.254.169.254'])
    const origin = service.url.replace('127.0.0.1', 'rebind.lan')
    expect(await ask(transport, origin, 'private')).toBe(200)
    await expect(ask(transport, origin, 'private')).rejects.toMatchObject({ code: 'private_address' })
    await transport.close()
    expect(service.requests).toHaveLength(1)
  })

  test('uses of several addresses only those it may', async () => {
    await using service = await fakeService(json({}))
    const transport = resolving(['169.254.169.254', '127.0.0.1'])
    expect(await ask(transport, service.url.replace('127.0.0.1', 'mixed.lan'), 'private')).toBe(200)
    await transport.close()
  })

  test('to localhost stays on this machine', async () => {
    await using service = await fakeService(json({}))
    const transport = resolving(['127.0.0.1'], ['10.0.0.1'])
    const origin = service.url.replace('127.0.0.1', 'localhost')
    expect(await ask(transport, origin, 'private')).toBe(200)
    await expect(ask(transport, origin.replace('localhost', 'a.localhost'), 'private')).rejects.toMatchObject({ code: 'private_address' })
    await transport.close()
  })

  test('made for one provider is not used by one that may not reach as far', async () => {
    await using service = await fakeService(json({}))
    const transport = resolving(['127.0.0.1'])
    const origin = service.url.replace('127.0.0.1', 'shared.example')
    expect(await ask(transport, origin, 'private')).toBe(200)
    await expect(ask(transport, origin, 'public')).rejects.toMatchObject({ code: 'private_address' })
    await transport.close()
  })

  test('may be given a lookup that answers with one address', async () => {
    await using service = await fakeService(json({}))
    const transport = createTransport({ lookup: (_host, _options, callback) => callback(null, '127.0.0.1', 4) })
    expect(await ask(transport, service.url.replace('127.0.0.1', 'single.lan'), 'private')).toBe(200)
    await transport.close()
  })
})
