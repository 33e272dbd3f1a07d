import { basename } from 'node:path'
import type { PluginCheck } from '@resoftai/core'
import type { PluginReport } from './report-card.ts'

/** The report as JUnit XML, for machines that run tests: one suite for each group. */
export function formatJUnit({ directory, durationMs, checks }: PluginReport): string {
  const name = basename(directory)
  const suites = [...Map.groupBy(checks, ({ group }) => group)].map(([group, all]) =>
    element('testsuite', { name: `${name}.${group}`, ...countsOf(all) }, all.map(check => testCase(check, `${name}.${group}`)).join(''))
  )
  const root = element('testsuites', { name: `resoftai plugin check ${name}`, ...countsOf(checks, durationMs) }, suites.join(''))
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}`
}

function countsOf(checks: readonly PluginCheck[], durationMs = checks.reduce((sum, check) => sum + check.durationMs, 0)): Attributes {
  const count = (status: PluginCheck['status']): number => checks.filter(check => check.status === status).length
  return { tests: checks.length, failures: count('failed'), errors: 0, skipped: count('skipped'), time: seconds(durationMs) }
}

function testCase({ name, status, problems, why = '', durationMs }: PluginCheck, classname: string): string {
  const outcomes: Readonly<Record<PluginCheck['status'], () => string>> = {
    ok: () => '',
    skipped: () => element('skipped', { message: why }),
    failed: () => element('failure', { message: problems[0]?.message ?? '', type: 'plugin' }, escapeXml(problems.map(inFull).join('\n\n')))
  }
  return element('testcase', { classname, name, time: seconds(durationMs) }, outcomes[status]())
}

function inFull({ message, file, path, suggestion }: PluginCheck['problems'][number]): string {
  const place = [file, path].filter(part => part !== undefined).join(': ')
  return [place, message, suggestion ?? ''].filter(part => part !== '').join('\n')
}

type Attributes = Readonly<Record<string, string | number>>

function element(tag: string, attributes: Attributes, content = ''): string {
  const list = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeXml(String(value)).replaceAll('\n', '&#10;')}"`)
  return content === ''
    ? `<${tag}${list.join('')}/>\n`
    : `<${tag}${list.join('')}>${content.startsWith('<') ? '\n' : ''}${content}</${tag}>\n`
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

// eslint-disable-next-line no-control-regex -- XML 1.0 has no way to write these
const unwritable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g

function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(unwritable, '\ufffd')
    .replaceAll(/[&<>"]/g, character => entities[character] ?? '')
}
