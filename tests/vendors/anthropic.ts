import { json, sse, type Answer, type ReceivedRequest } from '@resoftai/sdk/testing'
import { piecesOf, refuseUnless, think, type Heard } from './brain.ts'

type Block = { readonly type: string } & Readonly<Record<string, unknown>>
interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: string | readonly Block[]
}

/** The Messages API, as strict as the real one (WIRE.md 9.2). */
export function anthropicVendor(): (request: ReceivedRequest) => Answer {
  const signatures = new Map<string, string>()
  let made = 0
  return request => {
    const body = request.json as { max_tokens?: number; messages: readonly Turn[]; stream?: boolean; thinking?: { type: string } }
    refuseUnless(request.headers['x-api-key'] !== undefined && request.headers['anthropic-version'] !== undefined, 'no key or version')
    refuseUnless(typeof body.max_tokens === 'number', 'max_tokens: Field required')
    const thinks = body.thinking !== undefined && body.thinking.type !== 'disabled'
    const said = think(hear(body.messages, thinks, signatures))
    const signature = `signature-${++made}`
    signatures.set(signature, said.reasoning)
    const blocks: readonly Block[] = [
      ...(thinks ? [{ type: 'thinking', thinking: said.reasoning, signature }] : []),
      { type: 'text', text: said.text },
      ...said.calls.map(({ name, args }, index) => ({ type: 'tool_use', id: `toolu_${made}_${index}`, name, input: args }))
    ]
    const stop_reason = said.calls.length > 0 ? 'tool_use' : 'end_turn'
    const message = { id: `msg_${made}`, type: 'message', role: 'assistant', model: 'vendor-model' }
    const usage = { input_tokens: 15, cache_read_input_tokens: 5, cache_creation_input_tokens: 0, output_tokens: 10 }
    if (body.stream !== true) return json({ ...message, content: blocks, stop_reason, stop_sequence: null, usage })
    const events = [
      { type: 'message_start', message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } } },
      ...blocks.flatMap(eventsOf),
      { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 10 } },
      { type: 'message_stop' }
    ]
    return sse(
      events.map(event => ({ event: event.type, data: JSON.stringify(event) })),
      { done: false }
    )
  }
}

function eventsOf(block: Block, index: number): readonly (Readonly<Record<string, unknown>> & { readonly type: string })[] {
  const delta = (part: object) => ({ type: 'content_block_delta', index, delta: part })
  const empty = block.type === 'tool_use' ? { ...block, input: {} } : { ...block, text: '', thinking: '', signature: '' }
  const deltas = {
    thinking: () => [
      ...piecesOf(String(block['thinking'])).map(thinking => delta({ type: 'thinking_delta', thinking })),
      delta({ type: 'signature_delta', signature: block['signature'] })
    ],
    text: () => piecesOf(String(block['text'])).map(text => delta({ type: 'text_delta', text })),
    tool_use: () => piecesOf(JSON.stringify(block['input'])).map(partial_json => delta({ type: 'input_json_delta', partial_json }))
  }[block.type as 'text']()
  return [{ type: 'content_block_start', index, content_block: empty }, ...deltas, { type: 'content_block_stop', index }]
}

function hear(turns: readonly Turn[], thinks: boolean, signatures: ReadonlyMap<string, string>): Heard {
  refuseUnless(turns[0]?.role === 'user', 'the first message is not the user’s')
  const questions: string[] = []
  let results: Record<string, string> = {}
  let open = new Map<string, string>()
  for (const [index, { role, content }] of turns.entries()) {
    refuseUnless(index === 0 || turns[index - 1]?.role !== role, 'two messages of one role in a row')
    const blocks: readonly Block[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content
    refuseUnless(blocks.length > 0, 'an empty message')
    for (const block of blocks) refuseUnless(block.type !== 'text' || String(block['text']).trim() !== '', 'an empty text block')
    if (role === 'assistant') {
      open = new Map(blocks.flatMap(({ type, id, name }) => (type === 'tool_use' ? [[String(id), String(name)]] : [])))
      for (const id of open.keys()) refuseUnless(/^[a-zA-Z0-9_-]+$/.test(id), `the id ${id}`)
      for (const block of blocks) {
        if (block.type !== 'thinking') continue
        refuseUnless(signatures.get(String(block['signature'])) === block['thinking'], 'a thinking block with another signature')
      }
      const runs = index === turns.length - 2 && open.size > 0
      refuseUnless(!thinks || !runs || blocks[0]?.type === 'thinking', 'Expected thinking, but found tool_use')
      continue
    }
    results = {}
    const answers = blocks.filter(({ type }) => type === 'tool_result')
    refuseUnless(
      blocks.slice(0, answers.length).every(({ type }) => type === 'tool_result'),
      'tool_result blocks must come first'
    )
    for (const block of answers) {
      const name = open.get(String(block['tool_use_id']))
      refuseUnless(name !== undefined, 'unexpected tool_use_id')
      open.delete(String(block['tool_use_id']))
      results[name] = textOf(block['content'])
    }
    refuseUnless(open.size === 0, 'tool_use ids were found without tool_result blocks immediately after')
    const asked = blocks.filter(({ type }) => type === 'text').map(({ text }) => String(text))
    if (asked.length > 0) questions.push(asked.join('\n'))
  }
  return { questions, results }
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : (content as readonly Block[]).map(({ text }) => String(text)).join('')
}
