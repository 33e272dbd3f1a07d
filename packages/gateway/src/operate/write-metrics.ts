import type { Buckets } from './histogram.ts'

type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels: Labels
  /** A text where a number would not be exact. */
  readonly value: number | string
}

/** One metric, with a value for each combination of its labels. */
export type Metric =
  | { readonly type: 'counter' | 'gauge'; readonly name: string; readonly help: string; readonly samples: readonly Sample[] }
  | {
      readonly type: 'histogram'
      readonly name: string
      readonly help: string
      readonly histograms: readonly { readonly labels: Labels; readonly buckets: Buckets }[]
    }

export const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

/** The text format of Prometheus. All that is counted is counted as plain numbers; it takes this form only when somebody asks. */
export function writeMetrics(metrics: readonly Metric[]): string {
  return metrics.map(metric => `# HELP ${metric.name} ${metric.help}\n# TYPE ${metric.name} ${metric.type}\n${samplesOf(metric)}`).join('')
}

function samplesOf(metric: Metric): string {
  if (metric.type !== 'histogram') return metric.samples.map(({ labels, value }) => line(metric.name, labels, value)).join('')
  return metric.histograms.map(({ labels, buckets }) => histogramLines(metric.name, labels, buckets)).join('')
}

function histogramLines(name: string, labels: Labels, { bounds, counts, sum }: Buckets): string {
  let total = 0
  const classes = counts.map((count, index) => {
    total += count
    const bound = bounds[index]
    return line(`${name}_bucket`, { ...labels, le: bound === undefined ? '+Inf' : String(bound / 1000) }, total)
  })
  return classes.join('') + line(`${name}_sum`, labels, sum / 1000) + line(`${name}_count`, labels, total)
}

function line(name: string, labels: Labels, value: number | string): string {
  const written = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`)
  return `${name}${written.length === 0 ? '' : `{${written.join(',')}}`} ${value}\n`
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }

function escape(text: string): string {
  return text.replace(/[\\"\n]/g, found => escapes[found] ?? found)
}
