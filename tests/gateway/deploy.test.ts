import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { hostExitCode } from '../../cli/src/exit-codes.ts'
import { hostFields } from '../../packages/core/src/config/settings.ts'
import { openapi } from '../../packages/gateway/src/docs/openapi.ts'

const root = resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const deployed = (file: string) => read(`examples/gateway/deploy/${file}`)
const numberIn = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1]?.replaceAll('_', ''))

interface Schema {
  readonly properties: { readonly gateway: { readonly properties: Readonly<Record<string, { readonly default?: number }>> } }
}
const { properties } = (JSON.parse(read('schemas/host-config.schema.json')) as Schema).properties.gateway
const defaultOf = (key: string) => properties[key]?.default ?? NaN
const [drain, port] = [defaultOf('drain'), defaultOf('port')] as const

test('who stops the gateway waits longer than running calls may take', () => {
  expect(numberIn(deployed('resoftai.service'), /^TimeoutStopSec=(\d+)$/m)).toBeGreaterThan(drain)
  const pod = deployed('kubernetes.yaml')
  const sleep = numberIn(pod, /preStop: \{ sleep: \{ seconds: (\d+) \} \}/)
  expect(numberIn(pod, /terminationGracePeriodSeconds: (\d+)/)).toBeGreaterThan(drain + sleep)
})

test('a service is not started again with a configuration that is wrong', () => {
  expect(numberIn(deployed('resoftai.service'), /^RestartPreventExitStatus=(\d+)$/m)).toBe(hostExitCode('config'))
})

test('probes ask addresses that there are, on the port that is listened on', () => {
  const probes = [...deployed('kubernetes.yaml').matchAll(/httpGet: \{ path: (\S+), port: (\d+) \}/g)]
  expect(probes.map(([, path]) => path)).toEqual(['/health', '/ready'])
  for (const [, path = '', probed] of probes) {
    expect(openapi.paths).toHaveProperty([path])
    expect(Number(probed)).toBe(port)
  }
  expect(numberIn(deployed('Dockerfile'), /^EXPOSE (\d+)$/m)).toBe(port)
})

test('a proxy waits longer than a call may take, lets in what the gateway does, and lets go of idle connections before it', () => {
  const nginx = deployed('nginx.conf')
  expect(numberIn(nginx, /proxy_read_timeout (\d+)s;/)).toBeGreaterThan(Number(hostFields['deadline']?.['default']))
  expect(numberIn(nginx, /client_max_body_size (\d+)m;/)).toBe(defaultOf('max_body_mb'))
  const keptMs = numberIn(read('packages/gateway/src/gateway.ts'), /keepAliveTimeout: ([\d_]+)/)
  expect(numberIn(deployed('Caddyfile'), /keepalive (\d+)s/) * 1000).toBeLessThan(keptMs)
})
