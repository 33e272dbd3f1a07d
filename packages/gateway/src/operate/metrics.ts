import { decimalOf, histogramBounds, type HistogramSnapshot, type ProviderStats } from '@resoftai/core'
import type { RunningCalls } from '../answer/running-calls.ts'
import type { Buckets } from './histogram.ts'
import type { HostStats } from './host-stats.ts'
import type { Reloads } from './reloads.ts'
import type { RequestCounts } from './request-counts.ts'
import type { Spending } from './spending.ts'
import type { Metric, Sample } from './write-metrics.ts'

export interface Measured {
  readonly hosts: Pick<HostStats, 'stats'>
  readonly running: Pick<RunningCalls, 'count'>
  readonly requests: RequestCounts
  /** Absent: tokens and costs are not told. */
  readonly spending?: Spending | undefined
  /** Absent: the configuration is never read again. */
  readonly reloads?: Reloads | undefined
}

const breakerStates: Readonly<Record<ProviderStats['breaker']['state'], number>> = { closed: 0, 'half-open': 1, open: 2 }

/** Every metric as it stands. Labels are routes, providers of the configuration and closed lists of words, so there are never many. */
export function readMetrics({ hosts, running, requests, spending, reloads }: Measured): readonly Metric[] {
  const providers = Object.entries(hosts.stats())
  const of = (read: (stats: ProviderStats, provider: string) => readonly Sample[]) =>
    providers.flatMap(([provider, stats]) => read(stats, provider))
  const one = (read: (stats: ProviderStats) => number) => of((stats, provider) => [{ labels: { provider }, value: read(stats) }])
  const timesOf = (read: (stats: ProviderStats) => HistogramSnapshot) =>
    providers.map(([provider, stats]) => ({ labels: { provider }, buckets: bucketsOf(read(stats)) }))
  return [
    counter('resoftai_requests_total', 'Requests that were answered; status 499: the client left first.', requests.samples),
    histogram('resoftai_request_seconds', 'From the head of a request to the end of its answer.', timesByRoute(requests)),
    histogram('resoftai_overhead_seconds', 'What the gateway adds to a whole answer, beside the time of the provider.', [
      { labels: {}, buckets: requests.overhead }
    ]),
    gauge('resoftai_running_calls', 'Calls that run now.', [{ labels: {}, value: running.count }]),
    counter(
      'resoftai_calls_total',
      'Calls to a provider by their end: finished, cancelled or the kind of the error.',
      of(({ calls: { finished, cancelled, failed } }, provider) => by(provider, 'result', { finished, cancelled, ...failed }))
    ),
    counter(
      'resoftai_retries_total',
      'Repeated tries by the kind of the failure before.',
      of(({ retries }, provider) =>
        by(
          provider,
          'reason',
          mapValues(retries, ({ tried }) => tried)
        )
      )
    ),
    counter(
      'resoftai_fallbacks_total',
      'Calls that went on with the next model of their route, by the kind of the failure before.',
      of(({ fallbacks }, provider) => by(provider, 'reason', fallbacks))
    ),
    counter(
      'resoftai_stalls_total',
      'Replies that made no progress for the time that is allowed.',
      one(({ stalls }) => stalls)
    ),
    gauge(
      'resoftai_breaker_state',
      '0: closed, 1: half open, 2: open.',
      one(({ breaker }) => breakerStates[breaker.state])
    ),
    histogram(
      'resoftai_first_token_seconds',
      'From the beginning of a try to the first content.',
      timesOf(({ firstEventMs }) => firstEventMs)
    ),
    histogram(
      'resoftai_between_tokens_seconds',
      'Between two batches of content.',
      timesOf(({ betweenEventsMs }) => betweenEventsMs)
    ),
    ...spendingMetrics(spending),
    ...reloadMetrics(reloads),
    gauge('process_resident_memory_bytes', 'Memory of the process.', [{ labels: {}, value: process.memoryUsage.rss() }]),
    counter('process_cpu_seconds_total', 'Time that the process has used a processor.', [{ labels: {}, value: cpuSeconds() }]),
    gauge('process_start_time_seconds', 'When the process began, since 1970.', [{ labels: {}, value: performance.timeOrigin / 1000 }])
  ]
}

function spendingMetrics(spending: Spending | undefined): readonly Metric[] {
  if (spending === undefined) return []
  const spent = [...spending.byProvider]
  return [
    counter(
      'resoftai_tokens_total',
      'Tokens by kind; cached_input and cache_write are part of input, reasoning usually of output.',
      spent.flatMap(([provider, { tokens }]) => by(provider, 'kind', tokens))
    ),
    counter(
      'resoftai_cost_total',
      'What calls have cost, in units of the currency.',
      spent.flatMap(([provider, { costNanos }]) =>
        [...costNanos].map(([currency, nanos]) => ({ labels: { provider, currency }, value: decimalOf(nanos) }))
      )
    )
  ]
}

function reloadMetrics(reloads: Reloads | undefined): readonly Metric[] {
  if (reloads === undefined) return []
  const { applied, refused, isCurrent } = reloads
  return [
    counter('resoftai_config_reloads_total', 'How often the configuration was read again.', [
      { labels: { result: 'applied' }, value: applied },
      { labels: { result: 'refused' }, value: refused }
    ]),
    gauge('resoftai_config_last_reload_success', 'Whether what serves is what is written.', [{ labels: {}, value: isCurrent ? 1 : 0 }])
  ]
}

function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { type: 'counter', name, help, samples }
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { type: 'gauge', name, help, samples }
}

type Histograms = Extract<Metric, { readonly type: 'histogram' }>['histograms']

function histogram(name: string, help: string, histograms: Histograms): Metric {
  return { type: 'histogram', name, help, histograms }
}

function timesByRoute({ durations }: RequestCounts): Histograms {
  return [...durations].map(([route, buckets]) => ({ labels: { route }, buckets }))
}

function bucketsOf({ counts, sum }: HistogramSnapshot): Buckets {
  return { bounds: histogramBounds, counts, sum }
}

function by(provider: string, label: string, counts: Readonly<Record<string, number | undefined>>): readonly Sample[] {
  return Object.entries(counts).map(([word, value = 0]) => ({ labels: { provider, [label]: word }, value }))
}

function mapValues<Value>(
  values: Readonly<Record<string, Value | undefined>>,
  read: (value: Value) => number
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === undefined ? 0 : read(value)]))
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}
