import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector
} from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler
} from '@opentelemetry/sdk-trace'
import type { Telemetry, TelemetryParts } from './telemetry.ts'
import type { TracePlan } from './trace-plan.ts'
import { watchExporter } from './watch-exporter.ts'

const flushMs = 2_000
const spanLimits = { attributeValueLengthLimit: 500, attributeCountLimit: 64, eventCountLimit: 64 }

export async function sendTraces(plan: TracePlan, { log, redactor }: Omit<TelemetryParts, 'config'>): Promise<Telemetry> {
  const { url, batch } = plan
  const { OTLPTraceExporter } = await (plan.format === 'json'
    ? import('@opentelemetry/exporter-trace-otlp-http')
    : import('@opentelemetry/exporter-trace-otlp-proto'))
  // A stop sends all that waits at once; a service that does not answer holds no more than that either.
  const concurrencyLimit = Math.ceil(batch.maxQueueSize / batch.maxExportBatchSize) + 1
  const exporter = watchExporter(new OTLPTraceExporter({ url, concurrencyLimit }), { url, log, redactor })
  const own = { 'service.name': 'resoftai', 'service.version': readVersion(), 'service.instance.id': randomUUID() }
  const written = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes(own)).merge(written),
    sampler: samplerOf(plan),
    spanLimits,
    spanProcessors: [new BatchSpanProcessor({ exporter, ...batch })]
  })
  return {
    tracer: provider.getTracer('resoftai', own['service.version']),
    async close() {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, flushMs)
      // That it failed was told when it did.
      await Promise.race([provider.shutdown().catch(() => undefined), promise])
      clearTimeout(timer)
    }
  }
}

function samplerOf({ sampler, ratio }: TracePlan): Sampler {
  const kind = sampler.replace('parentbased_', '')
  const root =
    kind === 'always_off' ? new AlwaysOffSampler() : kind === 'traceidratio' ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler()
  return kind === sampler ? root : new ParentBasedSampler({ root })
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string }
  return version
}
