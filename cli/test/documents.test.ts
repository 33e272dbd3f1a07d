import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { commonOptions } from '../src/commands/common-options.ts'
import { commands } from '../src/commands/table.ts'
import { exitCodes } from '../src/exit-codes.ts'

const guides = join(import.meta.dirname, '..', '..', 'docs', 'guides')

describe.each(['cli.md', 'cli.zh-CN.md'])('%s', file => {
  const guide = readFileSync(join(guides, file), 'utf8')

  test('lists every command with its arguments, and no other', () => {
    const documented = [...guide.matchAll(/^\| `(resoftai [^`]*)` \|/gm)].map(([, usage]) => usage)
    const usages = commands.map(({ path, args }) => {
      const terms = args.map(({ name, many, required }) => (required === true ? `<${name}>` : `[${name}${many === true ? '...' : ''}]`))
      return ['resoftai', ...path, ...terms].join(' ')
    })
    expect(documented).toEqual(usages)
  })

  test('lists every exit code, and no other', () => {
    const documented = [...guide.matchAll(/^\| (\d+) \| `(\w+)` \|/gm)].map(([, code, word]) => [word, Number(code)])
    expect(documented).toEqual(Object.entries(exitCodes))
  })

  test('names every option', () => {
    const options = [...commands.flatMap(command => command.options), ...commonOptions].map(
      ({ flags }) => /--[\w-]+/.exec(flags)?.[0] ?? ''
    )
    expect([...new Set(options)].filter(option => !guide.includes(option))).toEqual([])
  })
})

test('the English guide describes the JSON document of every command', () => {
  const guide = readFileSync(join(guides, 'cli.md'), 'utf8')
  const section = guide.slice(guide.indexOf('## Output for programs'), guide.indexOf('## Exit codes'))
  const documented = [...section.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, names]) =>
    [...(names ?? '').matchAll(/`([^`]*)`/g)].map(([, word]) => word)
  )
  expect(commands.map(({ path }) => path.join(' ')).filter(path => !documented.includes(path))).toEqual([])
})
