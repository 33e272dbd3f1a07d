/** Neither a word nor what stands between words is longer than this for a tokenizer, whose work grows with the square of it. */
export const longestRun = 128

/** As tokenizers split: letters with their marks, digits (in threes, so never too long), and the rest. Counts whole characters. */
const runs = new RegExp(`[\\p{L}\\p{M}]{1,${longestRun}}|\\p{N}+|[^\\p{L}\\p{N}]{1,${longestRun}}`, 'gu')

/** A text in pieces, cut only inside of runs that are too long. Joined they are the text; one ordinary text is one piece. */
export function* boundRuns(text: string): Generator<string> {
  let start = 0
  for (const { 0: run, index } of text.matchAll(runs)) {
    if (run.length < longestRun || isDigit(run)) continue
    yield text.slice(start, index + run.length)
    start = index + run.length
  }
  if (start < text.length) yield text.slice(start)
}

function isDigit(run: string): boolean {
  return /^\p{N}/u.test(run)
}
