import { json, sse, type Answer, type ReceivedRequest } from '@resoftai/sdk/testing'
import { piecesOf, refuseUnless, think, type Heard, type Said } from './brain.ts'

interface Chat {
  readonly conversation: string
  readonly heard: Heard
  readonly said: Said
  readonly calls: readonly { readonly id: string; readonly name: string }[]
}

interface Asked {
  readonly bot_id?: string
  readonly user_id?: string
  readonly stream?: boolean
  readonly additional_messages?: readonly { readonly role: string; readonly content: string }[]
  readonly tool_outputs?: readonly { readonly tool_call_id: string; readonly output: string }[]
}

/** The v3 chat API with a bot that has two local plugins, as strict as the real one (WIRE.md 8). Conversations are kept. */
export function cozeVendor(): (request: ReceivedRequest) => Answer {
  const conversations = new Map<string, readonly string[]>()
  const chats = new Map<string, Chat>()
  const begin = (conversation: string, heard: Heard): string => {
    const id = String(7_382_159_487_131_697_000 + chats.size)
    const said = think(heard)
    const calls = said.calls.map(({ name }, index) => ({ id: `${id}-${index}`, name }))
    chats.set(id, { conversation, heard, said, calls })
    conversations.set(conversation, heard.questions)
    return id
  }
  return request => {
    const url = new URL(request.path, 'http://coze')
    const asked = request.method === 'POST' && request.body !== '' ? (request.json as Asked) : {}
    refuseUnless(/^Bearer \S+$/.test(request.headers['authorization'] ?? ''), 'access token invalid')
    const known = chats.get(url.searchParams.get('chat_id') ?? '')
    const told = (id: string) =>
      asked.stream === true ? streamed(id, chats.get(id)!) : json({ code: 0, data: chatOf(id, chats.get(id)!, 'in_progress') })
    switch (url.pathname) {
      case '/v3/chat': {
        refuseUnless(asked.bot_id !== undefined && asked.user_id !== undefined, 'bot_id and user_id are required')
        const messages = asked.additional_messages ?? []
        refuseUnless(messages.at(-1)?.role === 'user', 'the last message must be the user’s')
        const conversation = url.searchParams.get('conversation_id') ?? String(7_381_473_525_342_978_000 + conversations.size)
        const before = conversations.get(conversation) ?? []
        // Results of tools that others called come as text.
        const newest = messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1)
        const text = newest.map(({ content }) => content).join('\n')
        const results = /sunny[^]*noon|noon[^]*sunny/.test(text) ? { weather: 'sunny', time: 'noon' } : {}
        const questions = [...before, ...messages.flatMap(({ role, content }) => (role === 'user' ? [content] : []))]
        return told(begin(conversation, { questions, results }))
      }
      case '/v3/chat/submit_tool_outputs': {
        refuseUnless(known !== undefined && known.conversation === url.searchParams.get('conversation_id'), 'no such chat')
        const outputs = new Map(asked.tool_outputs?.map(({ tool_call_id, output }) => [tool_call_id, output]))
        refuseUnless(known.calls.every(({ id }) => outputs.has(id)) && outputs.size === known.calls.length, 'not one output for each call')
        const results = Object.fromEntries(known.calls.map(({ id, name }) => [name, outputs.get(id)!]))
        return told(begin(known.conversation, { ...known.heard, results }))
      }
      case '/v3/chat/retrieve':
        refuseUnless(known !== undefined, 'no such chat')
        return json({ code: 0, data: chatOf(url.searchParams.get('chat_id')!, known) })
      case '/v3/chat/message/list':
        refuseUnless(known !== undefined, 'no such chat')
        return json({ code: 0, data: [messageOf(url.searchParams.get('chat_id')!, known, known.said.text, known.said.reasoning)] })
      default:
        return json({ code: 4000, msg: `no ${url.pathname}` })
    }
  }
}

function chatOf(id: string, { conversation, said, calls }: Chat, status = calls.length > 0 ? 'requires_action' : 'completed'): object {
  const tool_calls = calls.map((call, index) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(said.calls[index]?.args) }
  }))
  return {
    id,
    conversation_id: conversation,
    bot_id: '7379462189365198898',
    status,
    last_error: { code: 0, msg: '' },
    usage:
      status === 'completed' ? { token_count: 30, input_count: 20, output_count: 10 } : { token_count: 0, input_count: 0, output_count: 0 },
    ...(status === 'requires_action' && { required_action: { type: 'submit_tool_outputs', submit_tool_outputs: { tool_calls } } })
  }
}

function messageOf(id: string, { conversation }: Chat, content: string, reasoning_content = ''): object {
  const parts = { content, ...(reasoning_content !== '' && { reasoning_content }) }
  return { id: `${id}-m`, conversation_id: conversation, chat_id: id, role: 'assistant', type: 'answer', content_type: 'text', ...parts }
}

function streamed(id: string, chat: Chat): Answer {
  const { said, calls } = chat
  const events: [string, unknown][] = [
    ['conversation.chat.created', chatOf(id, chat, 'created')],
    ['conversation.chat.in_progress', chatOf(id, chat, 'in_progress')],
    ...piecesOf(said.reasoning).map((piece): [string, unknown] => ['conversation.message.delta', messageOf(id, chat, '', piece)]),
    ...piecesOf(said.text).map((piece): [string, unknown] => ['conversation.message.delta', messageOf(id, chat, piece)]),
    ['conversation.message.completed', messageOf(id, chat, said.text, said.reasoning)],
    [calls.length > 0 ? 'conversation.chat.requires_action' : 'conversation.chat.completed', chatOf(id, chat)],
    ['done', '[DONE]']
  ]
  return sse(
    events.map(([event, data]) => ({ event, data: JSON.stringify(data) })),
    { done: false }
  )
}
