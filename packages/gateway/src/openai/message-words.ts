import { messageWords, type MessageWord } from '@resoftai/sdk'

/** By their first byte and their length with quotes: nearly all other strings differ in these. */
const words = new Map(messageWords.map(word => [keyOf(word.charCodeAt(0), word.length + 2), [] as MessageWord[]]))
for (const word of messageWords) words.get(keyOf(word.charCodeAt(0), word.length + 2))!.push(word)

const longest = Math.max(...messageWords.map(word => word.length)) + 2

/** Notes a string, from quote to quote, that is a word in which vendors differ. */
export function noteWords(bytes: Buffer, noted: Set<MessageWord>): (from: number, to: number) => void {
  return (from, to) => {
    if (to - from > longest) return
    const found = words.get(keyOf(bytes[from + 1]!, to - from))?.find(word => bytes.toString('latin1', from + 1, to - 1) === word)
    if (found !== undefined) noted.add(found)
  }
}

function keyOf(firstByte: number, length: number): number {
  return firstByte * 64 + length
}
