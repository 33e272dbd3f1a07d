import { describe, expect, test } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { openStorage } from '@resoftai/storage'
import { digestOf, isSameDigest, newKey, shownOf } from '../../packages/gateway/src/guard/digest.ts'
import { KeyRing } from '../../packages/gateway/src/guard/key-ring.ts'

/** `npm run faults -- --long`: what is measured must not share the machine with other tests. */
const long = process.env['FAULTS'] === 'long' ? test : test.skip
const tries = 20_000
/** By chance |t| is larger once in 100,000 times. */
const most = 4.5

/** Welch's t of two lists of times, without the slowest tenth of all: there the machine did something else. */
function tOf(one: readonly number[], other: readonly number[]): number {
  const all = [...one, ...other].toSorted((a, b) => a - b)
  const limit = all.at(all.length * 0.9) ?? Infinity
  const [a, b] = [meanOf(one, limit), meanOf(other, limit)] as const
  return (a.mean - b.mean) / Math.sqrt(a.error + b.error)
}

function meanOf(times: readonly number[], limit: number): { readonly mean: number; readonly error: number } {
  const kept = times.filter(time => time <= limit)
  const mean = kept.reduce((sum, time) => sum + time, 0) / kept.length
  const variance = kept.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (kept.length - 1)
  return { mean, error: variance / kept.length }
}

/** Times two kinds of guesses in an order that nobody knows, so that what else the machine does falls on both alike. */
async function compare(kinds: readonly [() => string, () => string], work: (guess: string) => unknown): Promise<number> {
  const times: readonly [number[], number[]] = [[], []]
  const order = randomBytes(tries)
  // The first are not counted: until then the code is still being made fast.
  for (let index = -2_000; index < tries; index++) {
    const kind = order.readUInt8(Math.abs(index)) % 2 === 0 ? 0 : 1
    const guess = kinds[kind]()
    const begun = process.hrtime.bigint()
    const running = work(guess)
    if (running instanceof Promise) await running
    const took = Number(process.hrtime.bigint() - begun)
    if (index >= 0) times[kind].push(took)
  }
  return tOf(...times)
}

/** As a careless program has it: the more of a guess is right, the longer it takes. */
function isSameAtOnce(one: string, other: string): boolean {
  for (let index = 0; index < one.length; index++) if (one.charCodeAt(index) !== other.charCodeAt(index)) return false
  return true
}

/** Short work is done often enough for the clock to see it. */
const often = (work: (guess: string) => unknown) => (guess: string) => {
  for (let time = 0; time < 50; time++) work(guess)
}

/** A flat text of its own, as one that came over a wire. */
const fresh = (text: string) => Buffer.from(text).toString('latin1')
const otherThan = (letter: string) => (letter === 'a' ? 'b' : 'a')
const wrongFirst = (text: string) => fresh(otherThan(text.charAt(0)) + text.slice(1))
const wrongLast = (text: string) => fresh(text.slice(0, -1) + otherThan(text.slice(-1)))

describe('A06 how long it takes to refuse a key', () => {
  const digest = digestOf(newKey())

  long(
    'says nothing of how much of its digest is right',
    async () => {
      const guesses = [() => wrongFirst(digest), () => wrongLast(digest)] as const
      expect(
        Math.abs(
          await compare(
            guesses,
            often(guess => isSameDigest(digest, guess))
          )
        )
      ).toBeLessThan(most)
      // The same measurement finds a comparison that stops at the first difference.
      expect(
        Math.abs(
          await compare(
            guesses,
            often(guess => isSameAtOnce(digest, guess))
          )
        )
      ).toBeGreaterThan(most)
    },
    60_000
  )

  long(
    'says nothing of how much of it is right',
    async () => {
      const { keys, close } = await openStorage('sqlite::memory:')
      const key = newKey()
      await keys.create({ name: 'alice', role: 'client', shown: shownOf(key), digest: digestOf(key) })
      const ring = new KeyRing(keys, Date.now)
      const guesses = [() => wrongFirst(key), () => wrongLast(key)] as const
      expect(await ring.find(key)).toMatchObject({ name: 'alice' })
      const find = async (guess: string) => {
        if ((await ring.find(guess)) !== undefined) throw new Error('a wrong key was taken')
      }
      expect(Math.abs(await compare(guesses, find))).toBeLessThan(most)
      const careless = often(guess => isSameAtOnce(key, guess))
      expect(Math.abs(await compare(guesses, async guess => find(guess).then(() => careless(guess))))).toBeGreaterThan(most)
      await close()
    },
    60_000
  )
})
