import { describe, expect, it } from '@jest/globals'
import { LiveList } from './live-list.ts'

describe('LiveList', () => {
  it('has what was added, in that order, until it is taken out', () => {
    const list = new LiveList<string>()
    const first = list.add('first')
    const middle = list.add('middle')
    const last = list.add('last')
    expect([...list]).toEqual(['first', 'middle', 'last'])
    list.remove(middle)
    expect([...list]).toEqual(['first', 'last'])
    list.remove(last)
    list.add('next')
    list.remove(first)
    expect([...list]).toEqual(['next'])
    expect(list.size).toBe(1)
  })

  it('takes out nothing twice, and nobody else', () => {
    const list = new LiveList<string>()
    const place = list.add('a')
    list.add('b')
    list.remove(place)
    list.remove(place)
    expect([...list]).toEqual(['b'])
    expect(list.size).toBe(1)
  })

  it('may lose any of its items while they are gone through, and does not show those again', () => {
    const list = new LiveList<string>()
    const places = new Map(['a', 'b', 'c', 'd'].map(name => [name, list.add(name)]))
    const seen: string[] = []
    for (const name of list) {
      seen.push(name)
      list.remove(places.get(name)!)
      if (name === 'a') list.remove(places.get('b')!)
    }
    expect(seen).toEqual(['a', 'c', 'd'])
    expect(list.size).toBe(0)
    expect([...list]).toEqual([])
  })
})
