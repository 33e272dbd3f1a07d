import { json, sse, type Answer, type ReceivedRequest } from '@resoftai/sdk/testing'
import { piecesOf, refuseUnless, think, type Heard } from './brain.ts'

interface Part {
  readonly text?: string
  readonly thought?: boolean
  readonly thoughtSignature?: string
  readonly functionCall?: { readonly name: string; readonly args?: object }
  readonly functionResponse?: { readonly name: string; readonly response: Readonly<Record<string, unknown>> }
}
interface Turn {
  readonly role: 'user' | 'model'
  readonly parts: readonly Part[]
}

/** Gemini 3 of the Generative Language API, as strict as the real one (WIRE.md 10.2). */
export function geminiVendor(): (request: ReceivedRequest) => Answer {
  let made = 0
  const signatures = new Set(['skip_thought_signature_validator'])
  return request => {
    refuseUnless(request.headers['x-goog-api-key'] !== undefined, 'API key not valid')
    const said = think(hear((request.json as { contents: readonly Turn[] }).contents, signatures))
    const signature = `c2lnbmF0dXJl${++made}`
    signatures.add(signature)
    const calls: Part[] = said.calls.map(({ name, args }, index) => ({
      functionCall: { name, args },
      ...(index === 0 && { thoughtSignature: signature })
    }))
    const usageMetadata = {
      promptTokenCount: 20,
      cachedContentTokenCount: 5,
      candidatesTokenCount: 8,
      thoughtsTokenCount: 2,
      totalTokenCount: 30
    }
    const answer = (parts: readonly Part[], finishReason?: string) => ({
      candidates: [{ content: { role: 'model', parts }, index: 0, ...(finishReason !== undefined && { finishReason }) }],
      usageMetadata,
      modelVersion: 'vendor-model',
      responseId: `response-${made}`
    })
    const thought = { text: said.reasoning, thought: true }
    if (request.path.includes(':generateContent')) return json(answer([thought, { text: said.text }, ...calls], 'STOP'))
    refuseUnless(request.path.includes(':streamGenerateContent'), request.path)
    const chunks = [
      ...piecesOf(said.reasoning).map(text => answer([{ text, thought: true }])),
      ...piecesOf(said.text).map(text => answer([{ text }])),
      ...calls.map(call => answer([call])),
      answer([{ text: '' }], 'STOP')
    ]
    return sse(chunks, { eol: '\r\n', done: false })
  }
}

function hear(turns: readonly Turn[], signatures: ReadonlySet<string>): Heard {
  const questions: string[] = []
  let results: Record<string, string> = {}
  let open: readonly string[] = []
  for (const [index, { role, parts }] of turns.entries()) {
    refuseUnless(parts.length > 0 && parts.every(part => Object.keys(part).length > 0), 'contents.parts must not be empty')
    const calls = parts.flatMap(({ functionCall }) => (functionCall === undefined ? [] : [functionCall.name]))
    const responses = parts.flatMap(({ functionResponse }) => (functionResponse === undefined ? [] : [functionResponse]))
    refuseUnless(responses.length === open.length, 'the number of function response parts is not that of the function call parts')
    for (const { name } of responses) refuseUnless(open.includes(name), `a response of ${name}, which was not called`)
    refuseUnless(calls.length === 0 || turns[index - 1]?.role === 'user', 'a function call turn not behind a user turn')
    const [first] = parts.filter(({ functionCall }) => functionCall !== undefined)
    refuseUnless(first === undefined || signatures.has(first.thoughtSignature ?? ''), 'Function call is missing a thought_signature')
    open = calls
    if (role === 'model') continue
    results = Object.fromEntries(responses.map(({ name, response }) => [name, String(Object.values(response)[0])]))
    const asked = parts.flatMap(({ text }) => text ?? [])
    if (asked.length > 0) questions.push(asked.join('\n'))
  }
  refuseUnless(open.length === 0, 'a function call without its response')
  return { questions, results }
}
