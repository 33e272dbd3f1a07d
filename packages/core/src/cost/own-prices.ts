import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { withFileLock } from '../config/file-lock.ts'
import { makePrivateFolder, refuseLink, writePrivateFile } from '../config/private-file.ts'
import { HostError, type Problem } from '../error.ts'
import { readJsonObject } from '../plugins/read-json.ts'
import { judgePriceList } from './judge.ts'
import { isSetByHand, setByHand } from './set-by-hand.ts'
import type { OwnPrices, Price, PriceList } from './types.ts'

const mostBytes = 1024 * 1024

type Reading = { readonly list: PriceList } | { readonly problems: readonly Problem[] }

/** A person's own list. When somebody broke the file, what this host wrote last, with the problems. */
export function readOwnPrices(home: string): OwnPrices {
  const file = join(home, 'prices.json')
  refuseLink(file)
  if (!existsSync(file)) return { list: undefined, problems: [] }
  const reading = readList(file)
  if ('list' in reading) return { list: reading.list, problems: [] }
  const good = readList(lastGood(file))
  return { list: 'list' in good ? good.list : undefined, problems: reading.problems }
}

/** Writes one price of a person's own, in place of an earlier one that began on the same day. Throws `HostError` `config` when it, or the file, is wrong. */
export function writeOwnPrice(home: string, price: Omit<Price, 'source'>): Price {
  const own: Price = { ...price, source: setByHand }
  change(home, list => ({
    ...list,
    prices: [...(list.prices ?? []).filter(other => !isSetByHand(other) || !isSamePrice(other, own)), own]
  }))
  return own
}

/** Puts the list of a file, known as `name`, in the place of the one an earlier update brought. What was set by hand stays, and wins. */
export function updateOwnPrices(home: string, file: string, name = file): PriceList {
  const reading = readList(file)
  if ('problems' in reading) {
    throw new HostError('config', `${name} is not a price list; nothing was changed.`, {
      problems: reading.problems.map(problem => ({ ...problem, file: name })),
      hint: 'Put right what is listed. The form is that of schemas/price-list.schema.json.'
    })
  }
  // The words of this command in a stranger's file would make its prices win for ever.
  const brought = (reading.list.prices ?? []).map(price => (isSetByHand(price) ? { ...price, source: name } : price))
  change(home, ({ prices = [] }) => ({ ...reading.list, prices: [...prices.filter(isSetByHand), ...brought] }))
  return { ...reading.list, prices: brought }
}

function change(home: string, edit: (list: PriceList) => PriceList): void {
  const file = join(home, 'prices.json')
  makePrivateFolder(home)
  withFileLock(`${file}.lock`, () => {
    refuseLink(file)
    const reading: Reading = existsSync(file) ? readList(file) : { list: { version: 1 } }
    if ('problems' in reading) {
      throw new HostError('config', `${file} is broken; nothing was changed.`, {
        problems: reading.problems,
        hint: 'Put right what is listed, or remove the file.'
      })
    }
    const list = edit(reading.list)
    const problems = judgePriceList(list)
    if (problems.length > 0) throw new HostError('config', 'This is not a price; nothing was changed.', { problems })
    const text = `${JSON.stringify(list, null, 2)}\n`
    // What could not be read again is not written.
    if (Buffer.byteLength(text) > mostBytes) throw new HostError('config', 'The list is larger than 1 MB; nothing was changed.')
    writePrivateFile(file, text)
    writePrivateFile(lastGood(file), text)
  })
}

function readList(file: string): Reading {
  const reading = readJsonObject(file)
  if (!reading.ok) return { problems: [reading.problem] }
  const problems = judgePriceList(reading.value)
  return problems.length === 0
    ? { list: reading.value as unknown as PriceList }
    : { problems: problems.map(problem => ({ ...problem, file })) }
}

function lastGood(file: string): string {
  return file.replace(/\.json$/, '.last-good.json')
}

function isSamePrice(one: Price, other: Price): boolean {
  return one.service === other.service && one.model.toLowerCase() === other.model.toLowerCase() && one.from === other.from
}
