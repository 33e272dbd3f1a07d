import { cut, fakeService, json, reset, sse, stall, wait, write, type Answer, type ReceivedRequest } from '@resoftai/sdk/testing'
import { said, vendorError } from '../faults/support.ts'
import { streamedReply, wholeReply, type Used } from './support.ts'

export interface Vendor extends AsyncDisposable {
  readonly url: string
  /** By idempotency key: the first word of who asked. */
  readonly asked: ReadonlyMap<string, string>
  /** By idempotency key: which provider told that so much was used, in an answer that it could give whole. */
  readonly billed: ReadonlyMap<string, Used & { readonly provider: string }>
}

interface Body {
  readonly messages: readonly [{ readonly content: string }]
  readonly stream?: boolean
  readonly max_tokens: number
}

interface Question extends Used {
  readonly client: string
  readonly script: string
}

/** Words of a question: who asks, what is to happen, how many tokens are used. */
export function questionOf({ client, script, input, output }: Question): string {
  return [client, script, input, output].join(' ')
}

function readQuestion({ json: body }: ReceivedRequest): Question & { readonly isStream: boolean } {
  const { messages, stream, max_tokens } = body as Body
  const [client = '', script = '', input, output] = messages[0].content.split(' ')
  return { client, script, input: Number(input), output: Math.min(Number(output), max_tokens), isStream: stream === true }
}

/** A vendor that does what it is asked for, and remembers what it told of tokens. */
export async function startVendor(): Promise<Vendor> {
  const asked = new Map<string, string>()
  const billed = new Map<string, Used & { readonly provider: string }>()
  const tries = new Map<string, number>()

  const service = await fakeService(
    request => {
      const key = request.headers['idempotency-key'] ?? ''
      const provider = request.path.split('/')[1] ?? ''
      const { client, script, input, output, isStream } = readQuestion(request)
      const number = (tries.get(key) ?? 0) + 1
      tries.set(key, number)
      asked.set(key, client)
      const well = (): Answer => {
        void request.closedEarly.then(early => early || billed.set(key, { input, output, provider }))
        return isStream ? sse(streamedReply({ input, output })) : json(wholeReply({ input, output }))
      }
      switch (script) {
        case 'unwell':
          return number === 1 ? json(vendorError('not now'), { status: 500 }) : well()
        case 'busy':
          return number === 1 ? json(vendorError('too many'), { status: 429, headers: { 'retry-after-ms': '5' } }) : well()
        case 'reset':
          return number === 1 ? { steps: [reset] } : well()
        case 'ill':
          return provider === 'one' ? json(vendorError('never'), { status: 500 }) : well()
        case 'slow':
          return sse([said('Hel'), stall])
        case 'broken':
          return isStream
            ? sse([said('Hello'), wait(5), reset])
            : { headers: { 'content-length': '999' }, steps: [write('{'), wait(5), reset] }
        case 'cut':
          return sse([said('Hello'), cut], { done: false })
        default:
          return well()
      }
    },
    { keepRequests: 0 }
  )
  return { url: service.url, asked, billed, [Symbol.asyncDispose]: () => service.close() }
}
