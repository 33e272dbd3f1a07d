import { openStorage } from '@resoftai/storage'
import { json, sse, type Answer, type ReceivedRequest, type Respond } from '@resoftai/sdk/testing'
import { completion, finished, said } from '../faults/support.ts'
import { serve, type Served, type Setup } from './support.ts'

/** A gateway with all that it can serve. */
export async function serveWithChat(respond: Respond, setup: Setup = {}): Promise<Served> {
  const { conversations, close } = await openStorage('sqlite::memory:')
  const served = await serve(respond, { ...setup, gateway: { conversations, ...setup.gateway } })
  return {
    ...served,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]()
      await close()
    }
  }
}

/** A vendor that answers whatever it is asked. */
export function answerAnything({ path, json: body }: ReceivedRequest): Answer {
  if (path.endsWith('/embeddings')) return json({ data: [{ index: 0, embedding: [1] }], model: 'm1', usage: { prompt_tokens: 1 } })
  return (body as { readonly stream?: boolean }).stream === true ? sse([said('Hello'), finished()]) : json(completion('Hello'))
}
