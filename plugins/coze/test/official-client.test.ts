import { readdirSync, readFileSync } from 'node:fs'
import { ChatEventType, ChatStatus, CozeAPI, RoleType, type ChatV3Message, type CreateChatData } from '@coze/api'
import { describe, expect, test } from '@jest/globals'
import type { ChatMode, ChatReply, ChatRequest, WireRequest } from '@resoftai/sdk'
import { fakeService, json, readServerSentEvents, text, type ReceivedRequest, type Respond, readEvents } from '@resoftai/sdk/testing'
import { bot, dialectWith, readWhole, replyOf } from './asking.ts'

const dialect = await dialectWith()
const replies = new URL('../conformance/replies/', import.meta.url)
const bytesOf = (name: string): Buffer => readFileSync(new URL(`${name}.sse`, replies))
const sse = (name: string) => text(bytesOf(name), { headers: { 'content-type': 'text/event-stream' } })

async function withClient<T>(respond: Respond, work: (client: CozeAPI) => Promise<T>): Promise<readonly [T, readonly ReceivedRequest[]]> {
  await using service = await fakeService(respond)
  return [await work(new CozeAPI({ token: 't', baseURL: service.url })), service.requests]
}

async function collect<T extends object>(events: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  // The client yields one and the same object again and again.
  for await (const event of events) all.push({ ...event })
  return all
}

/** What matters of a reply. */
function readingOf({ content, reasoning, toolCalls, usage }: ChatReply) {
  return { content, reasoning, toolCalls, usage }
}

function readingOfMessages(messages: readonly ChatV3Message[]) {
  const answers = messages.filter(({ type, content_type }) => type === 'answer' && (content_type as string) !== 'audio')
  const join = (field: 'content' | 'reasoning_content', by: string) =>
    answers
      .map(answer => answer[field])
      .filter(Boolean)
      .join(by)
  return { content: join('content', '\n'), reasoning: join('reasoning_content', '') }
}

function readingOfChat({ usage, required_action, status }: CreateChatData) {
  const { input_count = 0, output_count = 0, token_count = 0 } = usage ?? {}
  const calls = status === ChatStatus.REQUIRES_ACTION ? (required_action?.submit_tool_outputs.tool_calls ?? []) : []
  return {
    toolCalls: calls
      .filter(({ type }) => type === 'function')
      .map(({ id, function: call }) => ({ id, name: call.name, arguments: call.arguments || '{}' })),
    usage: token_count === 0 ? {} : { inputTokens: input_count, outputTokens: output_count, totalTokens: token_count }
  }
}

const failing = /^(canceled|cut|error|failed|nothing|workflow)/
const chats = readdirSync(replies).flatMap(file => (file.endsWith('.sse') && !failing.test(file) ? [file.slice(0, -'.sse'.length)] : []))

describe('what the official client reads from the same bytes', () => {
  test.each(chats)('%s', async name => {
    const [events] = await withClient(sse(name), client => collect(client.chat.stream({ bot_id: bot })))
    const messages = events.flatMap(one => (one.event === ChatEventType.CONVERSATION_MESSAGE_COMPLETED ? [one.data] : []))
    const chat = events.flatMap(one => (/chat\.(completed|requires_action)$/.test(one.event) ? [one.data as CreateChatData] : [])).at(-1)
    const ours = replyOf(readEvents(dialect, readServerSentEvents(bytesOf(name))))
    expect(readingOf(ours)).toEqual({ ...readingOfMessages(messages), ...(chat && readingOfChat(chat)) })
  })

  test.each(['whole-answer'])('%s', async name => {
    const { json: first, further } = JSON.parse(readFileSync(new URL(`${name}.json`, replies), 'utf8')) as {
      json: unknown
      further: unknown[]
    }
    const answers = [first, ...further].map(one => json(one))
    const [{ chat, messages = [] }] = await withClient(answers, client => client.chat.createAndPoll({ bot_id: bot }))
    const ours = replyOf(readWhole(dialect, [first, ...further]).events)
    expect(readingOf(ours)).toEqual({ ...readingOfMessages(messages), ...readingOfChat(chat) })
  })

  test.each(['workflow', 'workflow-nodes', 'workflow-interrupt'])('%s', async name => {
    const [events] = await withClient(sse(name), client => collect(client.workflows.runs.stream({ workflow_id: '73' })))
    const said = events.map(({ data }) => (data !== undefined && 'content' in data ? data.content : ''))
    const ours = replyOf(readEvents(dialect, readServerSentEvents(bytesOf(name))))
    expect(ours.content.replaceAll('\n', '')).toBe(said.join(''))
  })
})

describe('what the official client sends', () => {
  const question: ChatRequest = { model: 'bot', messages: [{ role: 'user', content: '你好' }], user: 'ada' }
  const additional_messages = [{ role: RoleType.User, type: 'question' as const, content: '你好', content_type: 'text' as const }]
  const chat = { bot_id: bot, user_id: 'ada', additional_messages, auto_save_history: true, custom_variables: { tone: 'dry' } }
  const coze = { bot_id: bot, conversation_id: '22', chat_id: '11' }
  const waiting = { ...coze, waiting: [{ id: 'a', reply: false }] }
  const interrupt = { event_id: '1/2', type: 2, stream: true }
  const reply = (data: object): ChatRequest['messages'][number] => ({ role: 'assistant', content: 'b', providerData: { coze: data } })
  const ended = { code: 0, data: { id: '11', conversation_id: '22', status: 'completed' } }
  const list = readWhole(dialect, [ended, { code: 0, data: [] }]).asked[0]?.next
  const ours = (request: Partial<ChatRequest>, mode: ChatMode = 'stream') => dialect.encode({ ...question, ...request }, mode)

  test.each<[string, (client: CozeAPI) => Promise<unknown>, WireRequest | undefined]>([
    [
      'for a chat',
      client => collect(client.chat.stream({ ...chat, conversation_id: '22' })),
      ours({ messages: [reply(coze), ...question.messages], extra: { custom_variables: { tone: 'dry' } } })
    ],
    ['for a whole one', client => client.chat.create(chat), ours({ extra: { custom_variables: { tone: 'dry' } } }, 'whole')],
    [
      'with results of tools',
      client =>
        collect(
          client.chat.submitToolOutputs({
            conversation_id: '22',
            chat_id: '11',
            tool_outputs: [{ tool_call_id: 'a', output: '1' }],
            stream: true
          })
        ),
      ours({ messages: [reply(waiting), { role: 'tool', toolCallId: 'a', content: '1' }] })
    ],
    ['to cancel', client => client.chat.cancel('22', '11'), dialect.cancel?.({ coze })],
    ['for the messages', client => client.chat.messages.list('22', '11'), list],
    [
      'to run a workflow',
      client => client.workflows.runs.create({ workflow_id: '73', parameters: { input: '你好' }, ext: { user_id: 'ada' } }),
      ours({ model: 'workflow-73' }, 'whole')
    ],
    [
      'to run a workflow as a stream',
      client => collect(client.workflows.runs.stream({ workflow_id: '73', parameters: { input: '你好' }, ext: { user_id: 'ada' } })),
      ours({ model: 'workflow-73' })
    ],
    [
      'to resume a workflow',
      client => collect(client.workflows.runs.resume({ workflow_id: '73', event_id: '1/2', interrupt_type: 2, resume_data: '你好' })),
      ours({ model: 'workflow-73', messages: [reply({ interrupt }), ...question.messages] })
    ],
    ['to ask who it is', client => client.users.me(), dialect.health?.encode()]
  ])('%s', async (_, send, wire) => {
    const answer = ({ path }: ReceivedRequest) =>
      /stream|submit/.test(path) || path.endsWith('conversation_id=22') ? sse('workflow') : json({ code: 0, data: {} })
    const [, requests] = await withClient(answer, send)
    const [request] = requests
    const { pathname, search } = new URL(wire?.url ?? '')
    expect([request?.method, request?.path]).toEqual([wire?.method ?? 'POST', pathname + search])
    expect(request?.body ? request.json : undefined).toEqual(wire?.body)
  })
})
