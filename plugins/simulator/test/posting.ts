import { readServerSentEvents } from '@resoftai/sdk/testing'
import type { SimulatorService } from '../src/serve.ts'

/** One chat request as plain HTTP. */
export function post(service: SimulatorService, body: object, signal?: AbortSignal): Promise<Response> {
  return fetch(`${service.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'canned', messages: [{ role: 'user', content: 'Hello' }], ...body }),
    ...(signal !== undefined && { signal })
  })
}

/** What arrived of a body, and how it ended: properly, broken, or not before `patienceMs`. */
export async function readUntil(
  { body }: Response,
  patienceMs = 2000
): Promise<{ readonly text: string; readonly ending: 'end' | 'broken' | 'open' }> {
  const decoder = new TextDecoder()
  let text = ''
  const reader = body?.getReader()
  if (reader === undefined) return { text, ending: 'end' }
  const late = Promise.withResolvers<'open'>()
  const timer = setTimeout(() => late.resolve('open'), patienceMs)
  try {
    for (;;) {
      const piece = await Promise.race([reader.read(), late.promise])
      if (piece === 'open') return { text, ending: 'open' }
      if (piece.done) return { text, ending: 'end' }
      text += decoder.decode(piece.value, { stream: true })
    }
  } catch {
    return { text, ending: 'broken' }
  } finally {
    clearTimeout(timer)
    await reader.cancel().catch(() => {})
  }
}

/** The `data:` of each event. */
export function dataOf(text: string): readonly string[] {
  return readServerSentEvents(Buffer.from(text)).map(({ data }) => data)
}

/** The text that the chunks of a stream say. */
export function contentOf(text: string): string {
  return dataOf(text)
    .filter(data => data.startsWith('{') && data.endsWith('}'))
    .map(data => (JSON.parse(data) as { choices?: readonly { delta?: { content?: string } }[] }).choices?.[0]?.delta?.content ?? '')
    .join('')
}
