import { joinHeaders, type ChatMode, type ChatRequest, type JsonObject, type WireRequest } from '@resoftai/sdk'
import type { Api } from './api.ts'
import { findEarlier } from './earlier-reply.ts'
import type { Config } from './config.ts'
import { plainText, type Warn } from './content.ts'
import { overDefaults } from './over-defaults.ts'
import { noQuestion } from './question.ts'
import { warnOfSettings } from './settings.ts'

/** Runs a workflow with the user's text as one of its parameters, or resumes one that waits for an answer. */
export function encodeWorkflow(api: Api, config: Config, request: ChatRequest, mode: ChatMode, workflow_id: string): WireRequest {
  const { extra = {}, messages } = request
  const warnings = new Set<string>()
  const warn: Warn = warning => warnings.add(warning)
  warnOfSettings(request, warn)
  const earlier = findEarlier(messages, () => true)
  const interrupt = earlier?.data.interrupt
  const question = (interrupt === undefined ? messages : (earlier?.rest ?? [])).findLast(({ role }) => role === 'user')
  const text = question && plainText(question.content, warn, 'a workflow')
  if (interrupt === undefined && messages.some(message => message !== question)) {
    warn('A workflow gets only the last message of the user: the others, and system text, were left out.')
  }
  const post = (path: string, body: JsonObject): WireRequest => ({
    url: api.url(path),
    headers: joinHeaders(api.headers, request.headers),
    body: { workflow_id, ...body },
    warnings: [...warnings]
  })
  if (interrupt !== undefined) {
    if (text === undefined) throw noQuestion()
    const { event_id, type, stream } = interrupt
    const body = { event_id, interrupt_type: type, resume_data: text, ...extra }
    return post(stream ? '/v1/workflow/stream_resume' : '/v1/workflows/resume', body)
  }
  const { workflow_input = 'input' } = config
  return post(mode === 'stream' ? '/v1/workflow/stream_run' : '/v1/workflow/run', {
    ...extra,
    parameters: overDefaults(text === undefined ? {} : { [workflow_input]: text }, extra.parameters),
    ...(request.user !== undefined && { ext: overDefaults({ user_id: request.user }, extra.ext) })
  })
}
