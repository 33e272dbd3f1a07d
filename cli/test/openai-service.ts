import { fakeService, json, sse, type Answer, type FakeService } from '@resoftai/sdk/testing'

/** An answer of an OpenAI-compatible service: a stream when that is asked for, else whole. */
export function reply(text: string, more: { readonly reasoning?: string; readonly finish?: string } = {}): (streamed: boolean) => Answer {
  const { reasoning, finish = 'stop' } = more
  const usage = { prompt_tokens: 18, completion_tokens: 12, total_tokens: 30 }
  const frame = { id: 'chatcmpl-1', model: 'test-model', created: 1 }
  const said = { content: text, ...(reasoning !== undefined && { reasoning_content: reasoning }) }
  return streamed =>
    streamed
      ? sse([
          ...(reasoning === undefined ? [] : [{ ...frame, choices: [{ index: 0, delta: { reasoning_content: reasoning } }] }]),
          ...[...text.matchAll(/.{1,4}/gsu)].map(([content]) => ({ ...frame, choices: [{ index: 0, delta: { content } }] })),
          { ...frame, choices: [{ index: 0, delta: {}, finish_reason: finish }] },
          { ...frame, choices: [], usage }
        ])
      : json({
          ...frame,
          object: 'chat.completion',
          choices: [{ index: 0, message: { role: 'assistant', ...said }, finish_reason: finish }],
          usage
        })
}

/** One piece of a streamed text. */
export const said = (content: string) => ({ choices: [{ index: 0, delta: { content } }] })

export const models = json({ object: 'list', data: [{ id: 'test-model', object: 'model', owned_by: 'tests' }] })

/** Answers every chat with `answer`, and the list of models. */
export function openaiService(answer: (streamed: boolean) => Answer): Promise<FakeService> {
  return fakeService(request => {
    if (request.path.endsWith('/models')) return models
    return answer(JSON.parse(request.body).stream === true)
  })
}

/** Environment that makes the service a provider named `openai-compatible`. */
export function environmentOf(service: FakeService, key = 'sk-test-0123456789abcdef'): Record<string, string> {
  return { API_KEY: key, BASE_URL: `${service.url}/v1`, MODEL_NAME: 'test-model' }
}
