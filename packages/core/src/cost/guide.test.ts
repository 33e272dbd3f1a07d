import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { judgePriceList } from './judge.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const schema = JSON.parse(read('schemas/price-list.schema.json')) as { $defs: { price: { properties: object } } }

describe.each(['prices.md', 'prices.zh-CN.md'])('%s', file => {
  const guide = read(`docs/guides/${file}`)

  test('shows a price list that is one', () => {
    const [, example = ''] = /```json\n([^]*?)```/.exec(guide) ?? []
    expect(judgePriceList(JSON.parse(example))).toEqual([])
  })

  test('lists the keys of a price that the schema has', () => {
    const rows = guide.slice(guide.search(/^\| `service`/m))
    const keys = [...rows.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key))
    expect(keys.toSorted()).toEqual(Object.keys(schema.$defs.price.properties).toSorted())
  })
})
