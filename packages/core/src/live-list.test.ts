import { describe, expect, it } from '@jest/globals'
import { LiveList } from './live-list.ts'

describe('LiveList', () => {
  it('has what was added, in that order, until it is taken out', () => {
    const list = new LiveList<string>()
    const [leaveFirst, leaveMiddle, leaveLast] = ['first', 'middle', 'last'].map(item => list.add(item))
    expect([...list]).toEqual(['first', 'middle', 'last'])
    leaveMiddle?.()
    expect([...list]).toEqual(['first', 'last'])
    leaveLast?.()
    list.add('next')
    leaveFirst?.()
    expect([...list]).toEqual(['next'])
    expect(list.size).toBe(1)
  })

  it('takes out nothing twice, and nobody else', () => {
    const list = new LiveList<string>()
    const leave = list.add('a')
    list.add('b')
    leave()
    leave()
    expect([...list]).toEqual(['b'])
    expect(list.size).toBe(1)
  })

  it('may lose any of its items while they are gone through, and does not show those again', () => {
    const list = new LiveList<{ readonly name: string; leave?: () => void }>()
    const items = ['a', 'b', 'c', 'd'].map(name => {
      const item: { readonly name: string; leave?: () => void } = { name }
      item.leave = list.add(item)
      return item
    })
    const seen: string[] = []
    for (const { name, leave } of list) {
      seen.push(name)
      leave?.()
      if (name === 'a') items[1]?.leave?.()
    }
    expect(seen).toEqual(['a', 'c', 'd'])
    expect(list.size).toBe(0)
    expect([...list]).toEqual([])
  })
})
