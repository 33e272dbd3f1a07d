import { badRequest } from '../error.ts'

/** The number of the last event that a client has seen. 0: none. */
export function readEventId(header: string | readonly string[] | undefined): number {
  if (header === undefined || header === '') return 0
  if (typeof header === 'string' && /^\d{1,9}$/.test(header)) return Number(header)
  throw badRequest('`Last-Event-ID` must be the id of an event of this run.', 'Last-Event-ID')
}
