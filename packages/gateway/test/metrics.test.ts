import { describe, expect, test } from '@jest/globals'
import { connect } from 'node:net'
import { once } from 'node:events'
import { histogramBounds } from '@resoftai/core'
import { writeMetrics } from '../src/operate/write-metrics.ts'
import { question, serve } from './serve.ts'

/** Values by name and labels, as they are written. */
function read(text: string): Map<string, number> {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map(line => {
      const [, name = '', value = ''] = /^([a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\})?) (\S+)$/.exec(line) ?? []
      if (name === '') throw new Error(`no line of the text format: ${line}`)
      return [name, Number(value)]
    })
  )
}

describe('/metrics', () => {
  test('counts requests by the pattern of their route, calls, tokens and times by provider', async () => {
    await using served = await serve()
    const { client, admin, ask } = served
    await ask('POST', '/v1/chat/completions', { key: client, body: question })
    await ask('POST', '/v1/chat/completions', { key: client, body: { ...question, stream: true } })
    await ask('GET', '/v1/models/simulator/canned', { key: client })
    await ask('GET', '/v1/models', {})
    await ask('GET', '/nothing/here?canary-query', { key: client })
    const { headers, body } = await ask('GET', '/metrics', { key: admin })
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    const metrics = read(body)
    const of = (name: string) => metrics.get(name)
    expect(of('resoftai_requests_total{route="/v1/chat/completions",method="POST",status="200"}')).toBe(2)
    expect(of('resoftai_requests_total{route="/v1/models/*",method="GET",status="200"}')).toBe(1)
    expect(of('resoftai_requests_total{route="/v1/models",method="GET",status="401"}')).toBe(1)
    expect(of('resoftai_requests_total{route="none",method="GET",status="404"}')).toBe(1)
    expect(of('resoftai_request_seconds_count{route="/v1/chat/completions"}')).toBe(2)
    // The whole answer alone says what the gateway added.
    expect(of('resoftai_overhead_seconds_count')).toBe(1)
    expect(of('resoftai_running_calls')).toBe(0)
    expect(of('resoftai_calls_total{provider="simulator",result="finished"}')).toBe(2)
    expect(of('resoftai_stalls_total{provider="simulator"}')).toBe(0)
    expect(of('resoftai_breaker_state{provider="simulator"}')).toBe(0)
    expect(of('resoftai_first_token_seconds_count{provider="simulator"}')).toBeGreaterThan(0)
    expect(of('resoftai_tokens_total{provider="simulator",kind="input"}')).toBeGreaterThan(0)
    expect(of('resoftai_tokens_total{provider="simulator",kind="output"}')).toBeGreaterThan(0)
    expect(of('process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
    expect(body).not.toMatch(/canary|canned|ann|rk-/)
  })

  test('counts a client that left before its answer', async () => {
    await using served = await serve()
    const { gateway, client, admin, ask, lines } = served
    const { port } = new URL(await gateway.listen({ host: '127.0.0.1', port: 0 }))
    const socket = connect(Number(port), '127.0.0.1')
    const body = JSON.stringify({ ...question, model: 'simulator/slow', stream: true })
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${client}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    )
    await once(socket, 'data')
    socket.destroy()
    while (lines.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
    expect(lines).toMatchObject([{ status: 499, route: '/v1/chat/completions' }])
    const metrics = read((await ask('GET', '/metrics', { key: admin })).body)
    expect(metrics.get('resoftai_requests_total{route="/v1/chat/completions",method="POST",status="499"}')).toBe(1)
  })

  test('is for admins, or for all where the configuration says so', async () => {
    await using closed = await serve()
    expect((await closed.ask('GET', '/metrics')).statusCode).toBe(401)
    expect((await closed.ask('GET', '/metrics', { key: closed.client })).statusCode).toBe(403)
    await using open = await serve({ metrics: 'public' })
    expect((await open.ask('GET', '/metrics')).statusCode).toBe(200)
  })
})

test('classes of a histogram are written as sums, in seconds, and labels escaped', () => {
  const counts = [...histogramBounds, Infinity].map((_, index) => (index < 2 ? index + 1 : 0))
  const text = writeMetrics([
    {
      type: 'histogram',
      name: 'times',
      help: 'Times.',
      histograms: [{ labels: { a: 'x"\\\n' }, buckets: { bounds: histogramBounds, counts, sum: 1500 } }]
    },
    { type: 'counter', name: 'cost', help: 'Cost.', samples: [{ labels: {}, value: '0.0027' }] }
  ])
  const lines = text.split('\n')
  expect(lines.slice(0, 4)).toEqual([
    '# HELP times Times.',
    '# TYPE times histogram',
    'times_bucket{a="x\\"\\\\\\n",le="0.005"} 1',
    'times_bucket{a="x\\"\\\\\\n",le="0.01"} 3'
  ])
  expect(lines.slice(-7)).toEqual([
    'times_bucket{a="x\\"\\\\\\n",le="+Inf"} 3',
    'times_sum{a="x\\"\\\\\\n"} 1.5',
    'times_count{a="x\\"\\\\\\n"} 3',
    '# HELP cost Cost.',
    '# TYPE cost counter',
    'cost 0.0027',
    ''
  ])
})
