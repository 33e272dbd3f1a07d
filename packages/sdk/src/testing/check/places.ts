/** Events that one check reads, again and again, over all of its streams: then it takes a second at most. */
const mostReads = 200_000

/** Where something is done to a stream that is then read anew: everywhere, or at so many places, evenly spread, as time allows. */
export function placesIn(length: number, streams: number): readonly number[] {
  const count = Math.max(3, Math.floor(mostReads / streams / length))
  const every = Math.max(1, Math.ceil(length / count))
  return Array.from({ length: Math.ceil(length / every) }, (_, index) => index * every)
}
