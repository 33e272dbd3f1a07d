import { existsSync, lstatSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { makeFolder } from '../../test/plugins/make-plugin.ts'
import { paxPath, tarball, tarBlocks, writeTarball, type TarEntry } from '../../test/plugins/make-tarball.ts'
import { unpackTarball } from './tarball.ts'

const good: readonly TarEntry[] = [
  { path: 'package/', type: '5' },
  { path: 'package/package.json', content: '{}' }
]

/** Unpacks into `<folder>/a/b`, so that what gets out lies in the folder. */
async function unpack(entries: readonly TarEntry[]) {
  const folder = makeFolder()
  const file = writeTarball(join(folder, 'x.tgz'), entries)
  const into = join(folder, 'a', 'b')
  const error: unknown = await unpackTarball(file, into).catch((thrown: unknown) => thrown)
  return { folder, into, error: error as { readonly kind: string; readonly message: string } | undefined }
}

describe('A tarball', () => {
  test('is unpacked without the folder that everything is in', async () => {
    const { into, error } = await unpack([
      ...good,
      { path: 'package/dist/a b 极.js', content: 'x'.repeat(2_000) },
      { path: 'package/empty' }
    ])
    expect(error).toBeUndefined()
    expect(readFileSync(join(into, 'dist/a b 极.js'), 'utf8')).toBe('x'.repeat(2_000))
    expect(readFileSync(join(into, 'empty'), 'utf8')).toBe('')
  })

  test('may name its folder as it likes, and long paths by an extended header', async () => {
    const path = `thing-1.0/${'long/'.repeat(28)}file.js`
    const { into, error } = await unpack([
      { path: 'thing-1.0/package.json', content: '{}' },
      paxPath(path),
      { path: 'short', content: 'x' }
    ])
    expect(error).toBeUndefined()
    expect(existsSync(join(into, path.slice('thing-1.0/'.length)))).toBe(true)
  })

  test('loses special bits', async () => {
    const { into } = await unpack([
      ...good,
      { path: 'package/a', mode: 0o4777 },
      { path: 'package/b', mode: 0o666 },
      { path: 'package/c', mode: 0 }
    ])
    expect(['a', 'b', 'c'].map(name => (lstatSync(join(into, name)).mode & 0o7777).toString(8))).toEqual(['755', '644', '644'])
  })

  test('has no name with a NUL in it: what follows is not part of the name', async () => {
    const { into, error } = await unpack([...good, paxPath('package/a\0/../../evil'), { path: 'x', content: 'x' }])
    expect(error).toBeUndefined()
    expect(readdirSync(into)).toEqual(['a', 'package.json'])
  })

  const bad: readonly (readonly [string, readonly TarEntry[], string])[] = [
    ['a path upward', [{ path: 'package/../../evil' }], 'is not a plain relative path'],
    ['a path upward at its top', [{ path: '../evil' }], 'is not inside of one folder'],
    ['a path upward in an extended header', [paxPath('package/../../../evil'), { path: 'x' }], 'is not a plain relative path'],
    ['an absolute path', [{ path: '/tmp/evil' }], 'is not inside of one folder'],
    ['a path of Windows', [{ path: 'package/C:\\evil' }], 'holds a backslash'],
    ['a path with a backslash', [{ path: 'package/..\\..\\evil' }], 'holds a backslash'],
    ['a path with a drive', [{ path: 'package/C:evil' }], 'holds a backslash, a colon'],
    ['a line break in a path', [paxPath('package/a\u0007b'), { path: 'x' }], 'control character'],
    ['a dot segment', [{ path: 'package/./a' }], 'is not a plain relative path'],
    ['a name that ends with a dot', [{ path: 'package/a.' }], 'ends with a dot'],
    ['a name that is too long', [paxPath(`package/${'a'.repeat(300)}`), { path: 'x' }], 'is too long'],
    ['a path that is too deep', [paxPath(`package/${'a/'.repeat(40)}b`), { path: 'x' }], 'is too deep'],
    ['a file beside its folder', [{ path: 'other/a' }], 'is not inside of one folder'],
    ['one file twice', [{ path: 'package/a' }, { path: 'package/a' }], 'have the same name'],
    ['names that differ in case', [{ path: 'package/a' }, { path: 'package/A' }], 'have the same name'],
    ['folders that differ in case', [{ path: 'package/lib/a' }, { path: 'package/Lib/b' }], 'have the same name'],
    ['names that differ in Unicode form', [{ path: 'package/\u00e9' }, { path: 'package/e\u0301' }], 'have the same name'],
    ['a file that is a folder', [{ path: 'package/a' }, { path: 'package/a/b' }], 'have the same name'],
    ['a symbolic link', [{ path: 'package/a', type: '2', link: '/etc/passwd' }], 'is not a plain file but a SymbolicLink'],
    ['a link and a file through it', [{ path: 'package/a', type: '2', link: '..' }, { path: 'package/a/evil' }], 'SymbolicLink'],
    ['a hard link', [{ path: 'package/a', type: '1', link: 'package/package.json' }], 'is not a plain file but a Link'],
    ['a character device', [{ path: 'package/a', type: '3' }], 'CharacterDevice'],
    ['a block device', [{ path: 'package/a', type: '4' }], 'BlockDevice'],
    ['a pipe', [{ path: 'package/a', type: '6' }], 'FIFO'],
    ['something unknown', [{ path: 'package/a', type: 'Z' }], 'no file'],
    ['ten gigabytes', [{ path: 'package/a', size: 0o77777777777 }], 'larger than 256 MB'],
    ['too many files', Array.from({ length: 10_001 }, (_, number) => ({ path: `package/${number}` })), 'more than 10000 files'],
    [
      'too many folders',
      Array.from({ length: 20_001 }, (_, number) => ({ path: `package/${number}/`, type: '5' })),
      'more than 20000 entries'
    ],
    [
      'an endless extended header',
      [{ path: 'x', type: 'x', content: Buffer.alloc(2 * 1024 * 1024, 'a') }, { path: 'package/a' }],
      'no file'
    ]
  ]

  test.each(bad)('is refused with %s, and nothing is outside of its folder', async (_name, entries, reason) => {
    const { folder, error } = await unpack([...good, ...entries])
    expect(error).toMatchObject({ kind: 'integrity' })
    expect(error?.message).toContain(reason)
    expect(readdirSync(folder).filter(name => name !== 'x.tgz' && name !== 'a')).toEqual([])
    if (existsSync(join(folder, 'a'))) expect(readdirSync(join(folder, 'a'))).toEqual(['b'])
    expect(existsSync('/tmp/evil')).toBe(false)
  })

  test.each<readonly [string, Buffer]>([
    ['is empty', Buffer.alloc(0)],
    ['is not compressed', Buffer.from('hello')],
    ['is no archive', gzipSync('hello'.repeat(1_000))],
    [
      'is cut',
      tarball([
        ...good,
        { path: 'package/a', content: Buffer.from(Array.from({ length: 9_000 }, (_, at) => (at * 7_919) % 251)) }
      ]).subarray(0, 300)
    ],
    ['says that a file is longer than it is', gzipSync(tarBlocks([{ path: 'package/a', content: 'x', size: 5_000 }]))],
    ['is compressed twice', gzipSync(tarball(good))]
  ])('is refused when it %s', async (_name, bytes) => {
    const folder = makeFolder()
    writeFileSync(join(folder, 'x.tgz'), bytes)
    await expect(unpackTarball(join(folder, 'x.tgz'), join(folder, 'into'))).rejects.toMatchObject({ kind: 'integrity' })
  })

  test('is refused when it grows without end, before the disk is full', async () => {
    const folder = makeFolder()
    const file = join(folder, 'x.tgz')
    const header = gzipSync(tarBlocks([{ path: 'x', type: 'g', content: `1048576 comment=${'a'.repeat(1_048_559)}\n` }]))
    writeFileSync(file, Buffer.concat([gzipSync(tarBlocks(good)), ...Array.from({ length: 310 }, () => header)]))
    await expect(unpackTarball(file, join(folder, 'into'))).rejects.toThrow('larger than 300 MB')
  })

  test('that is not there is not found', async () => {
    await expect(unpackTarball('/nowhere/x.tgz', '/nowhere/into')).rejects.toMatchObject({ kind: 'not_found' })
  })
})
