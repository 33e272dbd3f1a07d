export { createLog, type Log, type LogOptions } from './log.ts'
export { createRedactor, mask, type Redactor } from './redact.ts'
export { Counters, histogramBounds, type CountsByKind, type HistogramSnapshot, type ProviderStats } from './stats.ts'
