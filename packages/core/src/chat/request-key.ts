import { randomUUID } from 'node:crypto'

const processKey = randomUUID()
let requests = 0

/** Unlike any other: a new UUID for each request would cost ten times as much. */
export function newRequestKey(): string {
  return `${processKey}-${++requests}`
}
