/** The bytes in pieces cut at random, the same ones for the same seed. */
export function piecesOf(bytes: Buffer, seed: number): Buffer[] {
  let state = seed + 1
  const random = () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32
  const cuts = Array.from({ length: 12 }, () => Math.floor(random() * bytes.length)).toSorted((a, b) => a - b)
  return [0, ...cuts].map((start, index) => bytes.subarray(start, cuts[index] ?? bytes.length)).filter(piece => piece.length > 0)
}
