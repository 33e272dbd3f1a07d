import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { installInChild } from '../../test/plugins/install-in-child.ts'
import { makeFolder, makePlugin } from '../../test/plugins/make-plugin.ts'
import { installPlugin, uninstallPlugin } from './commands.ts'
import { judgeGeneration } from './generation.ts'
import { withPluginLock } from './lock.ts'
import { ownerName } from './owner.ts'
import { findPlugins } from './plugin-index.ts'
import { readRecords } from './record.ts'

/** What the index finds, each judged by its files. */
function installedIn(home: string): readonly string[] {
  const { plugins, broken } = findPlugins({ home, bundled: [], paths: [] })
  expect(broken).toEqual([])
  for (const { directory, integrity = '' } of plugins) expect(judgeGeneration(directory, integrity)).toEqual([])
  return plugins.map(({ id, version }) => `${id} ${version}`)
}

/** Nothing is in the store but records and the versions they name. */
function expectTidy(home: string): void {
  const records = readRecords(home).map(reading => (reading.ok ? reading.record : undefined))
  const named = records.flatMap(record => (record?.installed === undefined ? [] : [record.installed, ...record.installed.previous]))
  expect(readdirSync(join(home, 'plugins/gen')).toSorted()).toEqual(named.map(({ generation }) => generation).toSorted())
  expect(readdirSync(join(home, 'plugins/stage'))).toEqual([])
  expect(readdirSync(join(home, 'plugins/installed')).toSorted()).toEqual(records.map(record => `${record?.id}.json`).toSorted())
}

describe('Installing in several processes at once', () => {
  test('loses nothing, leaves nothing half, and the next command cleans up after the killed', async () => {
    const home = makeFolder()
    const versions = ['1.0.0', '1.1.0', '1.2.0', '1.3.0']
    const same = versions.map(version => installInChild(home, makePlugin({ packageJson: { version } })))
    const others = ['one', 'two', 'three', 'four'].map(id => installInChild(home, makePlugin({ id })))
    const killed = [same[0], others[0]]
    await sleep(150)
    for (const child of killed) child?.kill()
    const ends = await Promise.all([...same, ...others].map(child => child.end))
    const survivors = ends.filter((_, index) => index !== 0 && index !== versions.length)
    expect(survivors).toEqual(survivors.map(() => ({ code: 0, output: '' })))

    const before = installedIn(home)
    expect(before.filter(name => !/^(?:one|acme) /.test(name))).toEqual(['four 1.0.0', 'three 1.0.0', 'two 1.0.0'])
    expect(before.filter(name => name.startsWith('acme ')).length).toBe(1)
    await installPlugin(makePlugin({ id: 'five' }), { home })
    expect(installedIn(home)).toEqual([...before, 'five 1.0.0'].toSorted())
    expectTidy(home)
  })

  test('of the very same plugin works for all', async () => {
    const home = makeFolder()
    const directory = makePlugin()
    const ends = await Promise.all(Array.from({ length: 4 }, () => installInChild(home, directory).end))
    expect(ends).toEqual(ends.map(() => ({ code: 0, output: '' })))
    expect(installedIn(home)).toEqual(['acme 1.0.0'])
    expectTidy(home)
  })
})

describe('An installation that is killed', () => {
  test('before any change of a file leaves the old version or the new one, and the next command cleans up', async () => {
    const base = makeFolder()
    await installPlugin(makePlugin(), { home: base })
    const update = makePlugin({ packageJson: { version: '1.1.0' } })
    const copyBase = () => {
      const home = join(makeFolder(), 'home')
      cpSync(base, home, { recursive: true })
      return home
    }
    const { output } = await installInChild(copyBase(), update, Infinity).end
    const changes = Number(output)
    expect(changes).toBeGreaterThan(50)
    // Some while the stage is filled, every one while it becomes the installed version.
    const early = Array.from({ length: 6 }, (_, index) => 1 + Math.floor((index * (changes - 30)) / 6))
    const points = [...early, ...Array.from({ length: 30 }, (_, index) => changes - 29 + index)]
    const seen = new Set<string>()
    await Promise.all(
      [0, 1].map(async lane => {
        for (const point of points.filter((_, index) => index % 2 === lane)) {
          const home = copyBase()
          expect(await installInChild(home, update, point).end).toMatchObject({ code: null })
          const found = installedIn(home)
          seen.add(found.join())
          expect([['acme 1.0.0'], ['acme 1.1.0']]).toContainEqual(found)
          await expect(uninstallPlugin('gone', { home })).rejects.toMatchObject({ kind: 'not_found' })
          expectTidy(home)
          expect(installedIn(home)).toEqual(found)
        }
      })
    )
    expect([...seen].toSorted()).toEqual(['acme 1.0.0', 'acme 1.1.0'])
  }, 60_000)
})

describe('The lock of a plugin', () => {
  const place = (home: string, name: string) => {
    mkdirSync(join(home, 'plugins/installed'), { recursive: true })
    writeFileSync(join(home, 'plugins/installed', name), '')
  }

  test('lets one work at a time', async () => {
    const home = makeFolder()
    let working = 0
    let most = 0
    await Promise.all(
      Array.from({ length: 6 }, () =>
        withPluginLock(home, 'acme', async () => {
          most = Math.max(most, ++working)
          await sleep(10)
          working--
        })
      )
    )
    expect(most).toBe(1)
    expect(readdirSync(join(home, 'plugins/installed'))).toEqual([])
  })

  test('says who has it when it is not given back', async () => {
    const home = makeFolder()
    place(home, `acme.${ownerName()}.lock`)
    await expect(withPluginLock(home, 'acme', async () => 1, 100)).rejects.toMatchObject({
      kind: 'busy',
      message: `Another command (process ${process.pid}) is changing plugin acme.`
    })
    expect(await withPluginLock(home, 'acme-2', async () => 2, 100)).toBe(2)
  })

  test.each([
    ['a process that ended', '2147483646-1-aa'],
    // Its id was given to this process since; only Linux tells when a process began.
    ...(process.platform === 'linux' ? [['a process whose id is used again', `${process.pid}-1-aa`]] : [])
  ])('is taken from %s', async (_name, owner) => {
    const home = makeFolder()
    place(home, `acme.${owner}.lock`)
    expect(await withPluginLock(home, 'acme', async () => 1, 0)).toBe(1)
    expect(readdirSync(join(home, 'plugins/installed'))).toEqual([])
  })

  test('is given back when the work fails', async () => {
    const home = makeFolder()
    await expect(withPluginLock(home, 'acme', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await withPluginLock(home, 'acme', async () => 1, 0)).toBe(1)
  })

  test('keeps the next command from cleaning up what is in work', async () => {
    const home = makeFolder()
    const unfinished = join(home, 'plugins/gen/acme@9.9.9-00000000')
    await withPluginLock(home, 'acme', async () => {
      mkdirSync(unfinished, { recursive: true })
      await expect(uninstallPlugin('gone', { home })).rejects.toMatchObject({ kind: 'not_found' })
      expect(existsSync(unfinished)).toBe(true)
    })
    await expect(uninstallPlugin('gone', { home })).rejects.toMatchObject({ kind: 'not_found' })
    expect(existsSync(unfinished)).toBe(false)
  })
})
