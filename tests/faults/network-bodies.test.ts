import { describe, expect, test } from '@jest/globals'
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { fakeService, flood, formatEvent, json, stall, text, write } from '@resoftai/sdk/testing'
import { runApart } from './run-apart.ts'
import { completion, delta, failureOf, finished, question, readAll, said, vendorError, withVendor } from './support.ts'

const oneTry = { max_retries: 0 }

describe('a compressed answer', () => {
  const whole = JSON.stringify(completion('hi'))
  const stream = [said('hi'), finished(), '[DONE]'].map(event => formatEvent(event)).join('')
  const asJson = (bytes: Uint8Array, encoding: string, status = 200) =>
    text(bytes, { status, headers: { 'content-type': 'application/json', 'content-encoding': encoding } })
  const asStream = (bytes: Uint8Array, encoding: string) =>
    text(bytes, { headers: { 'content-type': 'text/event-stream', 'content-encoding': encoding } })

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync]
  ])('N36 %s that was not asked for is read', async (encoding, compress) => {
    await using vendor = await withVendor([
      asJson(compress(whole), encoding),
      asStream(compress(stream), encoding),
      asJson(compress(JSON.stringify(vendorError('no such key'))), encoding, 401),
      asJson(compress(JSON.stringify({ data: [{ id: 'm1' }] })), encoding)
    ])
    expect(await vendor.provider.chat(question)).toMatchObject({ content: 'hi' })
    expect(await readAll(vendor.provider.stream(question))).toMatchObject({ text: 'hi', error: undefined })
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'auth', message: expect.stringContaining('no such key') })
    expect(await vendor.provider.models()).toEqual([{ id: 'm1' }])
  })

  test('N36 a compressed stream is told as it comes', async () => {
    // Deflated texts may follow one another, each flushed but not ended.
    const flushed = { finishFlush: constants.Z_SYNC_FLUSH }
    const first = gzipSync(formatEvent(said('one')), flushed)
    const second = deflateRawSync(formatEvent(said(' two')), flushed)
    const type = { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }
    await using vendor = await withVendor(
      { headers: type, steps: [write(first), write(second), stall] },
      { settings: { stall_timeout: 0.2, ...oneTry, fallback_to_nonstream: false } }
    )
    expect(await readAll(vendor.provider.stream(question))).toMatchObject({ text: 'one two', error: { kind: 'stalled' } })
  })

  test.each([
    ['cut', gzipSync(whole).subarray(0, 60), 'truncated'],
    ['broken', Buffer.concat([gzipSync(whole).subarray(0, 20), Buffer.alloc(80, 0xff)]), 'protocol'],
    ['no gzip at all', Buffer.from(whole), 'protocol'],
    ['only a header', gzipSync(whole).subarray(0, 10), 'truncated']
  ])('N36 compressed bytes that are %s are an error', async (_name, bytes, kind) => {
    await using vendor = await withVendor(
      request => (/"stream":true/.test(request.body) ? asStream(bytes, 'gzip') : asJson(bytes, 'gzip')),
      {
        settings: oneTry
      }
    )
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind })
    expect(await readAll(vendor.provider.stream(question))).toMatchObject({ text: '', error: { kind } })
    expect(await failureOf(vendor.provider.models())).toMatchObject({ kind })
  })

  test('N36 a body that cannot be read is not waited for', async () => {
    const type = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    await using vendor = await withVendor({ headers: type, steps: [write('this is no gzip'), stall] }, { settings: oneTry })
    expect(await failureOf(vendor.provider.models())).toMatchObject({ kind: 'protocol', code: 'encoding' })
    expect(await vendor.service.requests[0]?.closedEarly).toBe(true)
  })

  test.each(['zstd', 'gzip, gzip', 'compress', '__proto__'])('N36 an encoding that cannot be read (%s) is named', async encoding => {
    await using vendor = await withVendor(asJson(gzipSync(gzipSync(whole)), encoding))
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({
      kind: 'protocol',
      code: 'encoding',
      retryable: false
    })
    expect(vendor.service.requests).toHaveLength(1)
  })

  test.each(['gzip', 'zstd'])('N36 an error whose body cannot be read (%s) is still that error', async encoding => {
    const broken = Buffer.concat([gzipSync(whole).subarray(0, 20), Buffer.alloc(80, 0xff)])
    await using vendor = await withVendor(asJson(broken, encoding, 401))
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'auth', status: 401 })
    expect(vendor.service.requests).toHaveLength(1)
  })

  test('N37 ten thousand layers of compression are refused by their header', async () => {
    const encoding = Array.from({ length: 10_000 }, () => 'gzip').join(', ')
    await using vendor = await withVendor(asJson(gzipSync(whole), encoding))
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'protocol', code: 'too_large' })
    expect(vendor.service.requests).toHaveLength(1)
  })

  test.each(['application/json', 'text/event-stream'])('N37 a bomb of 1 GiB (%s) is too large, and costs little memory', async type => {
    // Gzip members may follow one another: 64 of 16 MiB each.
    const bomb = Buffer.concat(Array<Buffer>(64).fill(gzipSync(Buffer.alloc(16 * 1024 * 1024, ' '))))
    await using service = await fakeService([
      json(completion('hi')),
      text(bomb, { headers: { 'content-type': type, 'content-encoding': 'gzip' } })
    ])
    const grown = await runApart<{ code: string; mebibytes: number }>(
      service.url,
      `await provider.chat(question)
       const before = process.resourceUsage().maxRSS
       const code = await provider.chat(question).then(() => 'none', error => error.code)
       return { code, mebibytes: (process.resourceUsage().maxRSS - before) / 1024 }`
    )
    expect(grown.code).toBe('too_large')
    expect(grown.mebibytes).toBeLessThan(100)
    expect(service.requests).toHaveLength(2)
    expect(service.openSockets()).toBe(0)
  })
})

describe('an answer without end', () => {
  // Each event is small enough, and says nothing.
  const wordy = `: ${'x'.repeat(1023)}\n`.repeat(4096) + formatEvent(delta({}))

  test('N38 a body of a gigabyte is too large, and is not taken', async () => {
    const answer = { headers: { 'content-type': 'application/json' }, steps: [flood(Buffer.alloc(1024 * 1024, ' '), 1024)] }
    await using vendor = await withVendor(answer)
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'protocol', code: 'too_large', retryable: false })
    expect(vendor.service.requests).toHaveLength(1)
    expect(await vendor.service.requests[0]?.closedEarly).toBe(true)
  })

  test('N38 a stream that never ends is too large in the end', async () => {
    await using vendor = await withVendor({ headers: { 'content-type': 'text/event-stream' }, steps: [flood(wordy)] })
    const { error } = await readAll(vendor.provider.stream(question))
    expect(error).toMatchObject({ kind: 'protocol', code: 'too_large' })
    expect(error?.message).toContain('512 MiB')
    expect(vendor.service.requests).toHaveLength(1)
    expect(await vendor.service.requests[0]?.closedEarly).toBe(true)
  }, 60_000)

  const long = process.env['FAULTS'] === 'long' ? test : test.skip
  long(
    'N38 a compressed stream that never ends is too large in the end',
    async () => {
      const type = { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }
      await using vendor = await withVendor({ headers: type, steps: [flood(gzipSync(wordy))] })
      const { error } = await readAll(vendor.provider.stream(question))
      expect(error).toMatchObject({ kind: 'protocol', code: 'too_large' })
      expect(error?.message).toContain('512 MiB')
      expect(await vendor.service.requests[0]?.closedEarly).toBe(true)
    },
    60_000
  )
})
