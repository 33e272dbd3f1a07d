import { HostError, type HostConfig } from '@resoftai/core'

/** Where traces go, and how many. */
export interface TracePlan {
  readonly url: string
  readonly format: 'protobuf' | 'json'
  readonly sampler: Sampler
  /** The share of traces, for samplers that have one. */
  readonly ratio: number
  readonly batch: Readonly<Record<'scheduledDelayMillis' | 'maxQueueSize' | 'maxExportBatchSize' | 'exportTimeoutMillis', number>>
  /** What must never be told. */
  readonly secrets: readonly string[]
  /** Variables whose value is not understood; the default holds. */
  readonly ignored: readonly string[]
}

const samplers = [
  'parentbased_always_on',
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_off',
  'parentbased_traceidratio'
] as const
type Sampler = (typeof samplers)[number]

const formats = ['http/protobuf', 'http/json'] as const
/** Spans that wait: at about a kilobyte each these are some megabytes. */
const largestQueue = 20_000
/** Other headers, such as the name of a tenant, are no secrets, and taking their words out would spoil every text. */
const shortestSecret = 12

/** By the configuration, else the variables of OpenTelemetry; `undefined`: nobody wants traces. Throws `HostError` `config`. */
export function planTraces({ telemetry, env }: Pick<HostConfig, 'telemetry' | 'env'>): TracePlan | undefined {
  const url = addressOf(telemetry.endpoint, env)
  if (url === undefined || /^true$/i.test(env['OTEL_SDK_DISABLED'] ?? '') || env['OTEL_TRACES_EXPORTER'] === 'none') return undefined
  const ignored: string[] = []
  /** The value of the first variable that is set, when it can be read. */
  const read = <Value>(names: readonly string[], otherwise: Value, understand: (written: string) => Value | undefined): Value => {
    const name = names.find(one => (env[one] ?? '').trim() !== '')
    if (name === undefined) return otherwise
    const value = understand((env[name] ?? '').trim())
    if (value === undefined) ignored.push(name)
    return value ?? otherwise
  }
  const whole = (name: string, otherwise: number, most: number) =>
    read([name], otherwise, written => (/^[1-9]\d{0,8}$/.test(written) ? Math.min(Number(written), most) : undefined))
  const format = read(['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'], formats[0], written =>
    formats.find(one => one === written)
  )
  const maxQueueSize = whole('OTEL_BSP_MAX_QUEUE_SIZE', 2048, largestQueue)
  return {
    url,
    format: format === 'http/json' ? 'json' : 'protobuf',
    sampler: read(['OTEL_TRACES_SAMPLER'], samplers[0], written => samplers.find(one => one === written.toLowerCase())),
    ratio: read(['OTEL_TRACES_SAMPLER_ARG'], 1, written => (Number(written) >= 0 && Number(written) <= 1 ? Number(written) : undefined)),
    batch: {
      scheduledDelayMillis: whole('OTEL_BSP_SCHEDULE_DELAY', 5_000, 600_000),
      maxQueueSize,
      maxExportBatchSize: Math.min(whole('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512, largestQueue), maxQueueSize),
      exportTimeoutMillis: whole('OTEL_BSP_EXPORT_TIMEOUT', 30_000, 600_000)
    },
    secrets: [
      ...secretsIn(env['OTEL_EXPORTER_OTLP_HEADERS']),
      ...secretsIn(env['OTEL_EXPORTER_OTLP_TRACES_HEADERS']),
      new URL(url).password
    ],
    ignored
  }
}

/** The variable for traces alone names the whole address; to the others the path is added. */
function addressOf(endpoint: string | undefined, env: HostConfig['env']): string | undefined {
  if (endpoint !== undefined) return withPath(endpoint)
  const [own, common] = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const
  if (env[own]) return checkAddress(env[own], own)
  return env[common] ? withPath(checkAddress(env[common], common)) : undefined
}

function withPath(base: string): string {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`
  return url.href
}

function checkAddress(written: string, variable: string): string {
  if (/^https?:$/.test(URL.parse(written)?.protocol ?? '')) return written
  throw new HostError('config', `The variable ${variable} is no address.`, { hint: 'Write one such as http://localhost:4318.' })
}

/** Of `name=value,name=value`, where values may be percent-encoded. */
function secretsIn(headers = ''): readonly string[] {
  return headers.split(',').flatMap(pair => {
    const value = pair.slice(pair.indexOf('=') + 1).trim()
    return [value, decode(value)].filter(({ length }) => length >= shortestSecret)
  })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
