import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { checkPlugin } from '@resoftai/core'
import { checkGroups } from '@resoftai/sdk/testing'
import { expectShape, goldenShape, replyShape } from '../packages/sdk/src/testing/conformance/shape.ts'
import { table } from './markdown.ts'

const root = resolve(import.meta.dirname, '..')
const plugins = globSync('plugins/*/resoftai.plugin.json', { cwd: root }).map(file => join(root, dirname(file)))

/** The report card that a user gets of every plugin of ours, so a new folder is covered as it is. */
describe.each(plugins.map(directory => [basename(directory), directory]))('The plugin %s', (_, directory) => {
  test('passes `plugin check`, with cases for all that it promises, in less than 10 s', async () => {
    const start = performance.now()
    const checks = await checkPlugin(directory, { bundled: plugins, conformance: true })
    expect(checks.filter(({ ok }) => !ok)).toEqual([])
    expect(checks.filter(({ group, status }) => group === 'provides' && status === 'skipped')).toEqual([])
    expect(performance.now() - start).toBeLessThan(10_000)
  }, 60_000)
})

test('every plugin of ours has cases, but for the one that asks no service', () => {
  const without = plugins.filter(directory => globSync('conformance/{encode,replies}/*.json', { cwd: directory }).length === 0)
  expect(without.map(directory => basename(directory))).toEqual(['simulator'])
})

describe.each(['', '.zh-CN'])('the guide (%s)', language => {
  const guide = readFileSync(join(root, `docs/guides/write-a-provider-plugin${language}.md`), 'utf8')
  const listed = (first: string) => table(guide, 0, first).flatMap(([key = '']) => [...key.matchAll(/`([^`]+)`/g)].map(match => match[1]))

  test('lists the keys of a case', () => {
    expect(listed('`call`')).toEqual(Object.keys(goldenShape))
    expect(listed('`json`').toSorted()).toEqual(Object.keys(replyShape).toSorted())
    expect(listed('`toolCalls`').toSorted()).toEqual(Object.keys(expectShape).toSorted())
  })

  test('lists the groups of the report', () => {
    expect(listed('`purity`')).toEqual(['manifest', 'package', ...checkGroups])
  })
})
