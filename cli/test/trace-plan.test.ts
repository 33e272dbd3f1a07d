import { describe, expect, test } from '@jest/globals'
import { planTraces } from '../src/serve/trace-plan.ts'

const common = 'OTEL_EXPORTER_OTLP_ENDPOINT'
const own = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
const plan = (env: Readonly<Record<string, string>>, endpoint?: string) =>
  planTraces({ telemetry: endpoint === undefined ? {} : { endpoint }, env })

describe('traces are sent', () => {
  test.each([
    ['nowhere, when nobody says where', {}, undefined, undefined],
    ['nowhere, when that is empty', { [common]: '' }, undefined, undefined],
    ['to the common address, with its path', { [common]: 'http://a:4318' }, undefined, 'http://a:4318/v1/traces'],
    ['below a path', { [common]: 'https://a/otlp/' }, undefined, 'https://a/otlp/v1/traces'],
    ['to the address for traces as it is', { [common]: 'http://a', [own]: 'http://b/here?x=1' }, undefined, 'http://b/here?x=1'],
    ['to that of the configuration before all', { [own]: 'http://b' }, 'http://c:1', 'http://c:1/v1/traces'],
    ['nowhere, when the variables say so', { [common]: 'http://a', OTEL_SDK_DISABLED: 'TRUE' }, 'http://c', undefined],
    ['nowhere, when there is no exporter', { [common]: 'http://a', OTEL_TRACES_EXPORTER: 'none' }, undefined, undefined]
  ])('%s', (_what, env, endpoint, url) => {
    expect(plan(env, endpoint)?.url).toBe(url)
  })

  test.each([common, own])('to no address that is none: %s', name => {
    expect(() => plan({ [name]: 'user:secret@collector' })).toThrow(`The variable ${name} is no address.`)
  })
})

test('what the variables say holds, else the defaults of OpenTelemetry', () => {
  expect(plan({ [common]: 'http://a' })).toEqual({
    url: 'http://a/v1/traces',
    format: 'protobuf',
    sampler: 'parentbased_always_on',
    ratio: 1,
    batch: { scheduledDelayMillis: 5_000, maxQueueSize: 2_048, maxExportBatchSize: 512, exportTimeoutMillis: 30_000 },
    secrets: [''],
    ignored: []
  })
  expect(
    plan({
      [common]: 'http://a',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER: 'TraceIdRatio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_BSP_MAX_QUEUE_SIZE: '300',
      OTEL_BSP_EXPORT_TIMEOUT: '1000'
    })
  ).toMatchObject({
    format: 'json',
    sampler: 'traceidratio',
    ratio: 0.25,
    batch: { scheduledDelayMillis: 100, maxQueueSize: 300, maxExportBatchSize: 300, exportTimeoutMillis: 1_000 },
    ignored: []
  })
})

test('what is not understood is named, and its default holds', () => {
  const wrong = {
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_TRACES_SAMPLER: 'jaeger_remote',
    OTEL_TRACES_SAMPLER_ARG: '2',
    OTEL_BSP_MAX_QUEUE_SIZE: '-1'
  }
  const { ignored, ...rest } = plan({ [common]: 'http://a', ...wrong })!
  expect(ignored.toSorted()).toEqual(Object.keys(wrong).toSorted())
  const { ignored: _none, ...defaults } = plan({ [common]: 'http://a' })!
  expect(rest).toEqual(defaults)
})

test('the queue is bounded, whatever is asked for', () => {
  expect(plan({ [common]: 'http://a', OTEL_BSP_MAX_QUEUE_SIZE: '999999999' })?.batch.maxQueueSize).toBe(20_000)
})

test('headers and the password of the address are secrets, written or encoded', () => {
  const headers = {
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20c2VjcmV0',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-tenant=prod,k=0123456789ab'
  }
  expect(plan({ [own]: 'http://me:hunter2hunter2@a/', ...headers })?.secrets).toEqual([
    'Basic%20c2VjcmV0',
    'Basic c2VjcmV0',
    '0123456789ab',
    '0123456789ab',
    'hunter2hunter2'
  ])
})
