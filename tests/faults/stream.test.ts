import { describe, expect, test } from '@jest/globals'
import { json, sse, text as textAnswer, wait, write, type Answer } from '@resoftai/sdk/testing'
import { completion, delta, failureOf, finished, question, readAll, said, thought, withVendor } from './support.ts'

const never = { settings: { max_retries: 0 } }
const line = (value: object) => `data: ${JSON.stringify(value)}`
const bytes = (...parts: readonly (string | Uint8Array)[]): Answer =>
  sse(
    parts.map(part => write(part)),
    { done: false }
  )

/** What the whole host makes of one answer to a stream. */
async function read(answer: Answer) {
  await using vendor = await withVendor(answer, never)
  return await readAll(vendor.provider.stream(question))
}

/** A stream from its events, given as JSON text so that what no program would write can stand in them. */
const streamOf = (...events: readonly string[]) => sse(events)
const wholeOf = (body: string) => textAnswer(body, { headers: { 'content-type': 'application/json' } })
const withDelta = (text: string) => `{"model":"m1","choices":[{"index":0,"delta":${text}}]}`
const stop = JSON.stringify(finished())

describe('server-sent events', () => {
  const events = [said('Hel'), said('lo 你好'), said(' 😀'), finished()]
  const body = (eol: string) => [...events.map(line), 'data: [DONE]'].map(text => `${text}${eol}${eol}`).join('')
  const pretty = (value: object) =>
    JSON.stringify(value, null, 1)
      .split('\n')
      .map(text => `data: ${text}\n`)
      .join('')

  test.each<[string, Answer]>([
    ['S01 CRLF', bytes(body('\r\n'))],
    ['S02 CR only', bytes(body('\r'))],
    [
      'S03 mixed line ends',
      bytes([...events.map(line), 'data: [DONE]'].map((text, at) => text + ['\r\n\n', '\r\r', '\n\r\n', '\n\r'][at % 4]).join(''))
    ],
    ['S04 a byte order mark', bytes(`\ufeff${body('\n')}`)],
    ['S05 data without a space', bytes(body('\n').replaceAll('data: ', 'data:'))],
    ['S06 data in several lines', bytes(...events.map(event => `${pretty(event)}\n`), 'data: [DONE]\n\n')],
    [
      'S07 comments, ids, retry, unknown fields and empty events',
      bytes(
        ': hello\n\n\n\nid: 1\nretry: 10\n\ndata\n\ndata:\n\nevent: message\n\nevent: ping\ndata:\n\n',
        ...events.map((event, at) => `: ping\nid: ${at}\nretry: x\nunknown: y\n${line(event)}\nlonely\n\n`),
        'id: 9\ndata: [DONE]\n\n'
      )
    ]
  ])('%s make no difference to the text', async (_name, answer) => {
    const { events: seen, text, error } = await read(answer)
    expect({ text, error }).toEqual({ text: 'Hello 你好 😀', error: undefined })
    expect(seen.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
    expect(seen.filter(({ type }) => type === 'warning')).toEqual([])
  })

  test.each(['\n', '\r\n', '\r'])('S08 pieces of one byte make no difference (%j)', async eol => {
    const pieces = Array.from(Buffer.from(body(eol)), byte => Uint8Array.of(byte))
    expect(
      await read(
        sse(
          pieces.flatMap(piece => [write(piece), wait(0)]),
          { done: false }
        )
      )
    ).toMatchObject({
      text: 'Hello 你好 😀',
      error: undefined
    })
  })

  test('S08 a cut at any byte of an emoji or of CRLF makes no difference', async () => {
    const whole = Buffer.from(body('\r\n'))
    const emoji = whole.indexOf('😀')
    const places = [emoji - 1, emoji, emoji + 1, emoji + 2, emoji + 3, emoji + 4]
    const end = whole.indexOf('\r\n\r\n', emoji)
    places.push(end, end + 1, end + 2, end + 3, end + 4)
    await using vendor = await withVendor(
      places.map(place => sse([write(whole.subarray(0, place)), wait(15), write(whole.subarray(place))], { done: false })),
      never
    )
    for (const place of places) {
      const { text, error } = await readAll(vendor.provider.stream(question))
      expect({ place, text, error }).toEqual({ place, text: 'Hello 你好 😀', error: undefined })
    }
  })

  test('S09 bytes that are no UTF-8 become replacement characters', async () => {
    const [before = '', after = ''] = `${line(said('a?b'))}\n\n`.split('?')
    const answer = bytes(before, Uint8Array.of(0xff, 0xf0, 0x9f), after, `data: ${stop}\n\n`)
    expect(await read(answer)).toMatchObject({ text: 'a\ufffd\ufffdb', error: undefined })
  })

  test('S09 nothing but noise is an error and no crash', async () => {
    const noise = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 197 + 131) % 256))
    expect((await read(bytes(noise))).error).toMatchObject({ kind: 'protocol' })
  })

  test.each(['data:  [DONE] ', 'data:\t[DONE]\t', 'data:[DONE]'])(
    'S10 an end mark with blanks, twice, ends once; junk behind it is ignored (%j)',
    async mark => {
      const junk = `${line(said('junk'))}\n\ndata: {"error":{"message":"junk"}}\n\ndata: {{{\n\n`
      for (const reason of [`data: ${stop}\n\n`, '']) {
        const { events: seen, text, error } = await read(bytes(`${line(said('Hello'))}\n\n${reason}${mark}\n\n${mark}\n\n${junk}`))
        expect({ text, error }).toEqual({ text: 'Hello', error: undefined })
        expect(seen.filter(({ type }) => type === 'finish')).toHaveLength(1)
        expect(seen.at(-1)?.type).toBe('finish')
      }
    }
  )

  test.each(['{"choices":[{"delta":{"content":"lo"', '{{{', 'lo', '[1]', 'null', '{"choices":[}'])(
    'S11 an event that is no JSON object is an error that names it, never skipped (%s)',
    async bad => {
      await using vendor = await withVendor(streamOf(JSON.stringify(said('Hel')), bad, JSON.stringify(said('lo')), stop))
      const { text, error } = await readAll(vendor.provider.stream(question))
      expect(text).toBe('Hel')
      expect(error).toMatchObject({ kind: 'protocol', code: 'unreadable', partial: 'Hel', message: expect.stringContaining('Event 2') })
      expect(vendor.service.requests).toHaveLength(1)
    }
  )
})

describe('the shape of a reply', () => {
  test('S12 choices may be empty, null or missing, and usage may come last and alone', async () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
    const answer = sse([
      { id: 'c1', choices: [] },
      { id: 'c1', choices: null },
      { id: 'c1' },
      said('Hello'),
      finished(),
      { choices: [], usage }
    ])
    const { events, text, error } = await read(answer)
    expect({ text, error }).toEqual({ text: 'Hello', error: undefined })
    expect(events.slice(-2)).toEqual([
      { type: 'usage', usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 } },
      { type: 'finish', reason: 'stop' }
    ])
    for (const choices of [null, undefined, [null], ['junk'], {}]) {
      expect(await read(sse([{ choices, usage }, said('Hello'), finished()]))).toMatchObject({ text: 'Hello', error: undefined })
    }
  })

  test('S18 a role alone, an empty content, null and parts make no difference to the text', async () => {
    const answer = sse([
      delta({ role: 'assistant' }),
      delta({ role: 'assistant', content: '' }),
      delta({ content: null }),
      delta({}),
      { id: 'c1', choices: [{ index: 0 }] },
      { id: 'c1', choices: [{ index: 0, delta: null, finish_reason: null }] },
      delta({ content: [{ type: 'text', text: 'Hel' }, { type: 'text', text: 'lo' }, null, { type: 'odd' }] }),
      delta({ content: 7 }),
      finished()
    ])
    expect(await read(answer)).toMatchObject({ text: 'Hello', error: undefined })
    const choices = [{ index: 0, message: { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] }, finish_reason: 'stop' }]
    await using vendor = await withVendor(json(completion('', { choices })), never)
    expect((await vendor.provider.chat(question)).content).toBe('Hello')
  })

  test('S19 keys that could pollute prototypes do not, in streams, whole replies and errors', async () => {
    const evil = '{"polluted":1,"toString":1,"index":0,"content":"evil","text":"evil"}'
    const keys = `"__proto__":${evil},"constructor":{"prototype":${evil}},"prototype":${evil}`
    const details = `"reasoning_details":[{"type":"reasoning.text","text":"t",${keys}},{"type":"reasoning.text",${keys}}]`
    const chunk = `{${keys},"model":"m1","usage":{"prompt_tokens":3,${keys}},"choices":[{${keys},"index":0,"delta":{"content":"Hello",${keys},${details}}}]}`
    const whole = `{${keys},"model":"m1","usage":{"prompt_tokens":3,${keys}},"choices":[{${keys},"index":0,"message":{"content":"Hello",${keys},${details}},"finish_reason":"stop"}]}`
    const names = Object.getOwnPropertyNames(Object.prototype)
    await using vendor = await withVendor([
      streamOf(chunk, chunk.replace('Hello', '!'), stop),
      wholeOf(whole),
      wholeOf(whole),
      streamOf(JSON.stringify(said('Hel')), `{${keys},"error":{"message":"m","code":"__proto__","type":"constructor",${keys}}}`)
    ])
    expect((await readAll(vendor.provider.stream(question))).text).toBe('Hello!')
    const reply = await vendor.provider.chat(question)
    expect(reply).toMatchObject({ content: 'Hello', usage: { inputTokens: 3 } })
    expect(Object.getPrototypeOf(reply.message.providerData ?? {})).toBe(Object.prototype)
    // What a vendor wants back goes back, and that does no harm either.
    await vendor.provider.chat({ messages: [...question.messages, reply.message, ...question.messages] })
    expect((await readAll(vendor.provider.stream(question))).error).toMatchObject({ partial: 'Hel', vendorCode: '__proto__' })
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(names)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  const depth = 100_000
  const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`
  test('S20 JSON nested 100,000 deep is read past, wherever it stands', async () => {
    const places = [
      `{"junk":${deep},${withDelta('{"content":"Hello"}').slice(1)}`,
      withDelta(`{"content":"Hello","junk":${deep}}`),
      withDelta(`{"content":"Hello","reasoning_details":[{"type":"x","data":${deep}}]}`),
      withDelta(`{"content":"Hello","tool_calls":[${deep}],"annotations":[${deep}]}`),
      `{"usage":{"prompt_tokens":${deep}},"citations":${deep},${withDelta('{"content":"Hello"}').slice(1)}`
    ]
    for (const place of places) expect(await read(streamOf(place, stop))).toMatchObject({ text: 'Hello', error: undefined })
    const error = `{"error":{"message":"m","metadata":${deep},"param":${deep}}}`
    expect((await read(streamOf(error))).error).toMatchObject({ message: 'm' })
  })

  test('S20 what was nested deep can be sent back', async () => {
    const details = `[{"type":"reasoning.encrypted","data":${deep}}]`
    const whole = `{"model":"m1","choices":[{"index":0,"message":{"content":"Hello","reasoning_details":${details}},"finish_reason":"stop"}]}`
    await using vendor = await withVendor([wholeOf(whole), json(completion('Again'))], never)
    const { message } = await vendor.provider.chat(question)
    const again = vendor.provider.chat({ messages: [...question.messages, message, ...question.messages] })
    // An older Node cannot write such JSON: then it is an error, and still no crash.
    expect(
      await again.then(
        ({ content }) => content,
        (error: { kind: string }) => error.kind
      )
    ).toMatch(/^(Again|protocol|bad_request)$/)
  })

  test('S20 numbers without bounds, duplicate keys and lone surrogates are no crash', async () => {
    const answer = streamOf(
      '{"model":"m1","created":1e400,"choices":[{"index":0,"logprobs":-1e400,"delta":{"content":"no","content":"Hel"}}]}',
      withDelta('{"content":"lo \\ud83d"}'),
      withDelta('{"content":"\\ude00 \\udead"}'),
      `{"choices":[],"usage":{"prompt_tokens":1e400,"completion_tokens":2}}`,
      stop
    )
    const { events, text, error } = await read(answer)
    expect({ text, error }).toEqual({ text: 'Hello 😀 \udead', error: undefined })
    expect(events).toContainEqual({ type: 'usage', usage: { outputTokens: 2 } })
  })

  const counts = ['-1', '"7"', '1e400', '9007199254740993', '1e300', '1.5', 'null', 'true', '[]', '{}', '""', 'false', '-0.1']
  test.each(counts)('S21 a number of tokens that cannot be one is dropped, and estimated (%s)', async count => {
    const details = `{"cached_tokens":${count},"cache_write_tokens":${count},"reasoning_tokens":${count}}`
    const usage = `{"prompt_tokens":3,"completion_tokens":${count},"total_tokens":${count},"prompt_tokens_details":${details},"completion_tokens_details":${details}}`
    const whole = JSON.stringify(completion('Hello', { usage: 0 })).replace('"usage":0', `"usage":${usage}`)
    await using vendor = await withVendor(
      [streamOf(JSON.stringify(said('Hello')), stop, `{"choices":[],"usage":${usage}}`), wholeOf(whole)],
      never
    )
    const { events } = await readAll(vendor.provider.stream(question))
    const estimated = { inputTokens: 3, outputTokens: expect.any(Number), estimated: true }
    expect(events.filter(({ type }) => type === 'usage')).toEqual([
      { type: 'usage', usage: { inputTokens: 3 } },
      { type: 'usage', usage: estimated }
    ])
    expect((await vendor.provider.chat(question)).usage).toEqual(estimated)
  })

  test.each(['null', '[]', '"none"', '{}', '{"prompt_tokens":"many"}', '-5'])(
    'S21 without usable usage the usage of a reply is estimated, and marked so (%s)',
    async usage => {
      const whole = JSON.stringify(completion('Hello', { usage: 0 })).replace('"usage":0', `"usage":${usage}`)
      await using vendor = await withVendor(wholeOf(whole), never)
      const reply = await vendor.provider.chat(question)
      expect(reply).toMatchObject({ content: 'Hello', usage: { estimated: true }, cost: null })
      expect(reply.usage.inputTokens).toBeGreaterThan(0)
      expect(reply.usage.outputTokens).toBeGreaterThan(0)
    }
  )

  test('S22 the model that answered is reported when it is another one than asked', async () => {
    const chunk = { ...said('Hello'), model: 'm1-2026-11-01' }
    await using vendor = await withVendor([json(completion('Hello', { model: 'm1-2026-11-01' })), sse([chunk, finished()])], never)
    const reply = await vendor.provider.chat(question)
    expect(reply.model).toBe('m1-2026-11-01')
    expect(reply.attempts[0]?.model).toBe('m1')
    const { events } = await readAll(vendor.provider.stream(question))
    expect(events[0]).toEqual({ type: 'start', model: 'm1-2026-11-01', id: 'c1' })
  })

  test('S22 the asked model is reported when the answer names none', async () => {
    await using vendor = await withVendor(json(completion('Hello', { model: undefined })), never)
    expect((await vendor.provider.chat(question)).model).toBe('m1')
  })

  test('S23 reasoning and text that come by turns stay apart, each in its order', async () => {
    const thinking = {
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'c' }] },
        { type: 'text', text: '3' }
      ]
    }
    const { events } = await read(
      sse([thought('a'), said('1'), thought('b'), delta({ content: '2', reasoning: 'b2' }), delta(thinking), finished()])
    )
    const joined = (wanted: string) => events.map(event => (event.type === wanted && 'text' in event ? event.text : '')).join('')
    expect([joined('text'), joined('reasoning')]).toEqual(['123', 'abb2c'])
    await using vendor = await withVendor(sse([thought('a'), said('1'), thought('b'), said('2'), finished()]), never)
    expect(await vendor.provider.chat(question)).toMatchObject({ content: '12', reasoning: 'ab' })
  })

  test('a stream of nothing but empty lines is refused at once', async () => {
    await using vendor = await withVendor(bytes('\n'.repeat(64 * 1024)), never)
    const startedAt = performance.now()
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'protocol' })
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })
})
